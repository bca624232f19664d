import type { Clock } from '../../base/clock.ts'
import {
  attributes,
  createOperation,
  NO_CONTEXT,
  type SamplingRequest,
  type Span,
  type Tracer,
} from '../../telemetry/index.ts'
import type { ClusterResource } from './cluster-resource.ts'
import type { ResourceStatus } from './status.ts'

/** How a change ended: everywhere in force, not taken somewhere, or overtaken by the next one. */
export type RolloutOutcome = 'applied' | 'failed' | 'superseded'

/** The ways of changes to the sidecars that they concern: a span and a sample each. */
export interface Rollouts {
  began(resource: ClusterResource): void
  /** Its status as it is now. A rollout that waits for nobody any more has ended. */
  told(resource: ClusterResource, status: ResourceStatus): void
  /** It was deleted; or another replica sees to it, and `key` is left out. */
  forget(key?: string): void
}

export function createRollouts({
  tracer,
  clock,
  onEnd,
}: {
  readonly tracer: Tracer
  readonly clock: Clock
  readonly onEnd: (kind: string, outcome: RolloutOutcome, elapsedMs: number) => void
}): Rollouts {
  interface Rollout {
    readonly resource: ClusterResource
    readonly sinceMs: number
    readonly span: Span | undefined
  }
  const open = new Map<string, Rollout>()

  function end(key: string, outcome: RolloutOutcome): void {
    const rollout = open.get(key)
    if (rollout === undefined) return
    open.delete(key)
    rollout.span?.set(attributes.rolloutOutcome, outcome)
    rollout.span?.end()
    onEnd(rollout.resource.kind, outcome, clock.elapsedMs() - rollout.sinceMs)
  }

  return {
    began(resource) {
      const { key, kind, namespace, name, generation } = resource
      end(key, 'superseded')
      const span = tracer.start({ name: `rollout ${kind}`, kind: 'INTERNAL', ...OF_NOBODY })
      span?.set(attributes.kubeNamespace, namespace)
      span?.set(attributes.resourceName, name)
      span?.set(attributes.resourceGeneration, String(generation))
      open.set(key, { resource, sinceMs: clock.elapsedMs(), span })
    },
    told({ key, revision }, { sidecars, conditions, appliedSummary }) {
      const rollout = open.get(key)
      if (rollout?.resource.revision !== revision) return
      const refused = conditions.find(({ status }) => status === 'False')
      if (refused === undefined && sidecars.applied < sidecars.total) return
      rollout.span?.set(attributes.rolloutApplied, appliedSummary)
      if (refused !== undefined) rollout.span?.fail(`${refused.reason}: ${refused.message}`)
      end(key, refused === undefined ? 'applied' : 'failed')
    },
    forget(key) {
      for (const each of key === undefined ? [...open.keys()] : [key]) end(each, 'superseded')
    },
  }
}

/** Changes come from no request: the API server hands no context on. */
const OF_NOBODY: SamplingRequest = {
  incoming: NO_CONTEXT,
  headers: [],
  isFromPeer: false,
  operation: createOperation(),
}
