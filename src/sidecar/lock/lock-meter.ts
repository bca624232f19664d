import type { Clock } from '../../base/clock.ts'
import type { UnlockOutcome } from '../../components/lock/index.ts'
import { componentMetrics, type MetricsRegistry } from '../../telemetry/index.ts'

/** `held`: by another. */
export type LockResult = 'acquired' | 'held' | UnlockOutcome

/** Counts calls of locks. daprd has no such metric, and so nobody sees there what apps wait for. */
export interface LockMeter {
  measure<R extends LockResult>(
    component: string,
    operation: 'try_lock' | 'unlock',
    call: () => Promise<R>,
  ): Promise<R>
}

export function createLockMeter(
  registry: MetricsRegistry,
  clock: Clock,
  own: { readonly appId: string; readonly namespace: string },
): LockMeter {
  const total = registry.counter(componentMetrics.lockTotal)
  const seconds = registry.histogram(componentMetrics.lockSeconds)
  return {
    async measure(component, operation, call) {
      const startMs = clock.elapsedMs()
      let result: LockResult | 'failed' = 'failed'
      try {
        const outcome = await call()
        result = outcome
        return outcome
      } finally {
        const labels = { app_id: own.appId, component, namespace: own.namespace, operation, result }
        total.with(labels).inc()
        seconds.with(labels).observe((clock.elapsedMs() - startMs) / 1_000)
      }
    },
  }
}
