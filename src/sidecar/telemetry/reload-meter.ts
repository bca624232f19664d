import type { Reload } from '../../resources/index.ts'
import type { CounterDefinition, GaugeDefinition, MetricsRegistry } from '../../telemetry/index.ts'

/** Counts what becomes of edits. What is in force at the start was good. */
export function createReloadMeter(
  registry: MetricsRegistry,
  metrics: {
    readonly reloads: CounterDefinition<'result'>
    readonly lastReloadSuccessful: GaugeDefinition<never>
  },
): { reloaded(reload: Pick<Reload, 'result'>): void } {
  const reloads = registry.counter(metrics.reloads)
  const lastSuccessful = registry.gauge(metrics.lastReloadSuccessful).with({})
  lastSuccessful.set(1)
  return {
    reloaded({ result }) {
      reloads.with({ result }).inc()
      lastSuccessful.set(result === 'rejected' ? 0 : 1)
    },
  }
}
