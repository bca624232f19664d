import type { RejectedResource } from '../../wire/operator-stream.ts'

/** What the operator knows of one resource when it writes its status. */
export interface StatusFacts {
  readonly generation: number
  readonly observedSampling?: string | undefined
  /** What is wrong with it, with paths; empty = it is right. */
  readonly problems: readonly string[]
  readonly pods: readonly PodFact[]
  readonly nowIso: string
}

/** How one pod stands to the resource's present generation. */
export interface PodFact {
  readonly name: string
  readonly state: 'applied' | 'waiting' | 'rejected' | 'silent'
  /** Why it was rejected. */
  readonly message?: string
}

export interface Condition {
  readonly type: 'Accepted' | 'Applied'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly observedGeneration: number
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

export interface ResourceStatus {
  readonly observedGeneration: number
  /** Digest of the annotation with a sampling block: it changes no generation. */
  readonly observedSampling?: string
  /** `12/12`: sidecars that run it, of those that should. */
  readonly appliedSummary: string
  readonly sidecars: {
    readonly total: number
    readonly applied: number
    readonly failed: { readonly count: number; readonly names: readonly string[] }
  }
  readonly conditions: readonly Condition[]
}

const MAX_NAMES = 20
const MAX_MESSAGE = 4_096

/** @param before the status that stands, for when its conditions began */
export function statusOf(facts: StatusFacts, before: unknown): ResourceStatus {
  const { generation, pods } = facts
  const applied = pods.filter(({ state }) => state === 'applied').length
  const failed = pods.filter(({ state }) => state === 'rejected' || state === 'silent')
  const since = sinceOf(before, facts.nowIso)
  const condition = (of: Omit<Condition, 'observedGeneration' | 'lastTransitionTime'>) => ({
    ...of,
    message: of.message.slice(0, MAX_MESSAGE),
    observedGeneration: generation,
    lastTransitionTime: since(of.type, of.status),
  })
  return {
    observedGeneration: generation,
    ...(facts.observedSampling !== undefined && { observedSampling: facts.observedSampling }),
    appliedSummary: `${applied}/${pods.length}`,
    sidecars: {
      total: pods.length,
      applied,
      failed: {
        count: failed.length,
        names: failed
          .map(({ name }) => name)
          .sort()
          .slice(0, MAX_NAMES),
      },
    },
    conditions: [condition(accepted(facts)), condition(appliedCondition(pods, applied, failed))],
  }
}

type Told = Omit<Condition, 'observedGeneration' | 'lastTransitionTime'>

const accepted = ({ problems }: StatusFacts): Told =>
  problems.length === 0
    ? { type: 'Accepted', status: 'True', reason: 'Valid', message: 'it is right' }
    : { type: 'Accepted', status: 'False', reason: 'Invalid', message: problems.join('\n') }

function appliedCondition(
  pods: readonly PodFact[],
  applied: number,
  failed: readonly PodFact[],
): Told {
  const type = 'Applied'
  if (applied === pods.length)
    return {
      type,
      status: 'True',
      reason: pods.length === 0 ? 'NobodyConcerned' : 'Everywhere',
      message: pods.length === 0 ? 'no sidecar runs that it concerns' : 'every sidecar runs it',
    }
  const rejected = failed.find(({ state }) => state === 'rejected')
  if (rejected !== undefined)
    return {
      type,
      status: 'False',
      reason: 'Rejected',
      message: `${rejected.name}: ${rejected.message ?? ''}`,
    }
  if (failed.length > 0)
    return {
      type,
      status: 'False',
      reason: 'NoAnswer',
      message: `${failed[0]?.name} has not acknowledged it for 30 s${failed.length > 1 ? `, nor have ${failed.length - 1} others` : ''}; kubectl describe pod shows how it is`,
    }
  return { type, status: 'Unknown', reason: 'Rollout', message: 'sidecars are being told' }
}

/** A condition's time is when its status became what it is. */
function sinceOf(before: unknown, nowIso: string): (type: string, status: string) => string {
  const conditions = (before as { conditions?: readonly Partial<Condition>[] } | undefined)
    ?.conditions
  return (type, status) => {
    const same = conditions?.find((each) => each.type === type && each.status === status)
    return same?.lastTransitionTime ?? nowIso
  }
}

/** What a sidecar refused of a resource. */
export const rejectionOf = (
  rejected: readonly RejectedResource[],
  kind: string,
  name: string,
): RejectedResource | undefined => rejected.find((each) => each.kind === kind && each.name === name)
