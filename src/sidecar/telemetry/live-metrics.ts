import { compileMetrics, DEFAULT_METRICS, type MetricPolicy } from '../../policy/index.ts'
import type { Configuration } from '../../resources/index.ts'
import type { MetricsRegistry } from '../../telemetry/index.ts'

/** The metrics, as the Configuration in force asks for them. */
export interface LiveMetrics {
  /** Puts a metric section in force: one swap, when its expressions are compiled. Of several at once the last one stays. */
  apply(configuration: Pick<Configuration, 'metric'>): Promise<void>
  policy(): MetricPolicy
}

export function createLiveMetrics(registry: Pick<MetricsRegistry, 'apply'>): LiveMetrics {
  let policy = DEFAULT_METRICS
  let latest = 0
  return {
    async apply({ metric }) {
      const turn = ++latest
      const next = await compileMetrics(metric)
      if (turn !== latest) return
      policy = next
      registry.apply(policy.viewOf)
    },
    policy: () => policy,
  }
}
