import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/fault.ts'
import type { KubeClient, RecordEvent } from '../../kube/index.ts'
import { isRecord } from '../../wire/lower-keys.ts'
import { type ClusterResource, STATUS_ANNOTATION } from './cluster-resource.ts'
import type { ClusterState } from './cluster-state.ts'
import { findProblems } from './find-problems.ts'
import type { InjectedPod } from './injected-pod.ts'
import type { Session } from './session.ts'
import { resourcesFor } from './snapshot-maker.ts'
import { type PodFact, type ResourceStatus, rejectionOf, statusOf } from './status.ts'
import { streamedKinds } from './streamed-kinds.ts'

export interface StatusWriterDeps {
  readonly client: KubeClient
  readonly clock: Clock
  readonly state: ClusterState
  readonly controlPlane: string
  readonly sessionOf: (uid: string) => Session | undefined
  readonly recordEvent: RecordEvent
  readonly onWritten: (kind: string) => void
  /** What is known now, once the cluster says so, too. */
  readonly onStatus: (resource: ClusterResource, status: ResourceStatus) => void
  /** Dapr's definitions have no status: what there is to say goes into an annotation. */
  readonly besideDapr: boolean
}

/** A pod that has not acknowledged for so long is named. */
const SILENT_MS = 30_000

/**
 * Writes what became of a resource: its status is made of what is so now, so that any number of changes are one write.
 */
export function createStatusWriter(deps: StatusWriterDeps) {
  const { client, clock, state, controlPlane, sessionOf, recordEvent } = deps
  /** Since when a resource's revision is known, and what is wrong with it. */
  const known = new Map<
    string,
    { readonly revision: string; readonly sinceMs: number; readonly problems: readonly string[] }
  >()
  const podsSinceMs = new WeakMap<InjectedPod, number>()

  const podsOf = (resource: ClusterResource): InjectedPod[] =>
    [...state.pods()].filter((pod) => {
      if (pod.isLeaving) return false
      const { configuration, others } = resourcesFor(pod, {
        controlPlane,
        find: state.resource,
        othersOf: state.othersOf,
      })
      return configuration?.key === resource.key || others.includes(resource)
    })

  function factOf(pod: InjectedPod, resource: ClusterResource, sinceMs: number): PodFact {
    const { name } = pod
    const acknowledged = sessionOf(pod.uid)?.acknowledged()
    const revision = acknowledged?.snapshot.revisions.get(resource.key)
    if (acknowledged !== undefined && revision === resource.revision) {
      const rejection = rejectionOf(acknowledged.rejected, resource.kind, resource.name)
      return rejection === undefined
        ? { name, state: 'applied' }
        : { name, state: 'rejected', message: rejection.message }
    }
    const seenMs = podsSinceMs.get(pod) ?? clock.elapsedMs()
    podsSinceMs.set(pod, seenMs)
    const waitedMs = clock.elapsedMs() - Math.max(sinceMs, seenMs)
    return { name, state: waitedMs >= SILENT_MS ? 'silent' : 'waiting' }
  }

  async function knownOf(resource: ClusterResource) {
    const before = known.get(resource.key)
    if (before?.revision === resource.revision) return before
    const now = {
      revision: resource.revision,
      sinceMs: clock.elapsedMs(),
      problems: await findProblems(resource),
    }
    known.set(resource.key, now)
    return now
  }

  /** @returns when to look again: while somebody has not answered */
  return async (key: string): Promise<{ readonly requeueAfterMs: number } | undefined> => {
    const resource = state.resource(key)
    if (resource === undefined) {
      known.delete(key)
      return undefined
    }
    const { sinceMs, problems } = await knownOf(resource)
    const pods = podsOf(resource).map((pod) => factOf(pod, resource, sinceMs))
    const nowIso = new Date(clock.nowUs() / 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    const { generation, observedSampling } = resource
    const facts = { generation, observedSampling, problems, pods, nowIso }
    const status = statusOf(facts, resource.status)
    if (JSON.stringify(status) !== JSON.stringify(inOrderOf(resource.status, status))) {
      await write(resource, status)
      await announce(resource, status)
    }
    deps.onStatus(resource, status)
    return pods.some(({ state: each }) => each === 'waiting')
      ? { requeueAfterMs: SILENT_MS }
      : undefined
  }

  async function write(resource: ClusterResource, status: ResourceStatus): Promise<void> {
    const target = { name: resource.name, namespace: resource.namespace }
    const type = streamedKinds[resource.kind]
    try {
      if (deps.besideDapr)
        await client.patch(type, target, {
          merge: { metadata: { annotations: { [STATUS_ANNOTATION]: JSON.stringify(status) } } },
        })
      else
        await client.patch(
          type,
          target,
          { json: [{ op: 'add', path: '/status', value: status }] },
          { subresource: 'status' },
        )
      deps.onWritten(resource.kind)
    } catch (error) {
      // It was deleted meanwhile.
      if (codeOf(error) !== 'ERR_KUBE_NOT_FOUND') throw error
    }
  }

  /** What an admin has to know comes as an Event, too, once for each generation. */
  async function announce(resource: ClusterResource, status: ResourceStatus): Promise<void> {
    const before = resource.status as Partial<ResourceStatus> | undefined
    for (const condition of status.conditions) {
      if (condition.status !== 'False') continue
      const told = before?.conditions?.find(({ type }) => type === condition.type)
      if (told?.status === 'False' && told.message === condition.message) continue
      await recordEvent(
        {
          apiVersion: resource.streamed.apiVersion,
          kind: resource.kind,
          name: resource.name,
          namespace: resource.namespace,
          uid: resource.uid,
        },
        {
          type: 'Warning',
          reason: condition.type === 'Accepted' ? 'SpecRejected' : condition.reason,
          message: condition.message,
        },
      )
    }
  }
}

/** The API server sorts the fields of what it was given. */
function inOrderOf(stored: unknown, wanted: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(stored))
    return stored.map((item, i) => inOrderOf(item, wanted[i]))
  if (!isRecord(wanted) || !isRecord(stored)) return stored
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(stored)])]
  return Object.fromEntries(
    fields
      .filter((field) => Object.hasOwn(stored, field))
      .map((field) => [field, inOrderOf(stored[field], wanted[field])]),
  )
}
