import { holdSeries, type MetricsRegistry, resiliencyMetrics } from '../../telemetry/index.ts'
import type { BreakerState } from './breaker.ts'
import type { Owned, PolicyTarget } from './policy-table.ts'

type Owner = Owned<unknown>['owner']
export type PolicyKind = 'timeout' | 'retry' | 'circuitbreaker'

/** Dapr's counts. @see dapr `pkg/diagnostics/resiliency_monitoring.go` */
export interface ResiliencyMeter {
  loaded(owner: Owner): void
  /** A policy stands around a call. @param state of a breaker */
  fetched(target: PolicyTarget, owner: Owner, policy: PolicyKind, state?: BreakerState): void
  /** A policy did something. @param state that a breaker has now */
  activated(target: PolicyTarget, owner: Owner, policy: PolicyKind, state?: BreakerState): void
}

/** `unknown` is never ours, but boards made for daprd may sum over the four. */
const STATES = ['closed', 'half-open', 'open', 'unknown'] as const

export function createResiliencyMeter(
  registry: MetricsRegistry,
  {
    appId: app_id,
    namespace: ownNamespace,
  }: { readonly appId: string; readonly namespace: string },
): ResiliencyMeter {
  const loaded = registry.counter(resiliencyMetrics.loaded)
  const counts = registry.counter(resiliencyMetrics.count)
  const activations = registry.counter(resiliencyMetrics.activations)
  const states = registry.gauge(resiliencyMetrics.breakerState)
  const namespaceOf = ({ namespace }: Owner): string => namespace || ownNamespace
  const series = holdSeries(
    (
      target: string,
      name: string,
      namespace: string,
      policy: PolicyKind,
      flow_direction: string,
      status: string,
    ) => {
      const labels = { app_id, name, policy, namespace, flow_direction, target, status }
      return {
        count: counts.with(labels),
        activation: activations.with(labels),
        state: states.with(labels),
      }
    },
  )
  const of = (target: PolicyTarget, owner: Owner, policy: PolicyKind, status: string) =>
    series(
      nameOf(target),
      owner.name,
      namespaceOf(owner),
      policy,
      target.kind === 'app' ? 'outbound' : target.direction,
      status,
    )
  const show = (target: PolicyTarget, owner: Owner, state: BreakerState | undefined): void => {
    if (state === undefined) return
    for (const each of STATES)
      of(target, owner, 'circuitbreaker', each).state.set(each === state ? 1 : 0)
  }
  return {
    loaded: (owner) =>
      loaded.with({ app_id, name: owner.name, namespace: namespaceOf(owner) }).inc(),
    fetched(target, owner, policy, state) {
      of(target, owner, policy, state ?? '').count.inc()
      show(target, owner, state)
    },
    activated(target, owner, policy, state) {
      of(target, owner, policy, state ?? '').activation.inc()
      show(target, owner, state)
    },
  }
}

const nameOf = (target: PolicyTarget): string =>
  target.kind === 'app' ? `app_${target.id}` : `${target.block}_${target.name}`
