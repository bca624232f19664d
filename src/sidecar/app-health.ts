import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { httpMetrics, type MetricsRegistry } from '../telemetry/index.ts'
import type { AppHealthCheckSettings } from './settings.ts'

/** One GET that bypasses the pipeline. Resolves with the status, or `undefined` when nobody answers in time. */
export type Probe = (path: string, timeoutMs: number) => Promise<number | undefined>

export interface AppHealth extends Disposable {
  start(): void
}

/**
 * Probes the app. It counts as unhealthy until the first good probe, and again after `threshold` failures in
 * a row. @see dapr `pkg/apphealth/health.go`
 */
export function createAppHealth(parts: {
  readonly settings: AppHealthCheckSettings
  readonly appId: string
  readonly probe: Probe
  readonly clock: Clock
  readonly log: Logger
  readonly registry: MetricsRegistry
  readonly onChange: (isHealthy: boolean) => void
}): AppHealth {
  const { settings, appId, probe, clock, log, registry, onChange } = parts
  const completed = registry.counter(httpMetrics.healthProbesCompletedCount)
  const latency = registry.histogram(httpMetrics.healthProbesRoundtripLatency)
  let healthy = false
  let failures = 0
  let closed = false
  let cancel: (() => void) | undefined

  const turn = (isHealthy: boolean): void => {
    if (healthy === isHealthy) return
    healthy = isHealthy
    log.info(isHealthy ? 'App entered healthy status' : 'App entered un-healthy status')
    onChange(isHealthy)
  }
  const check = async (): Promise<void> => {
    const startMs = clock.elapsedMs()
    const status = await probe(settings.path, settings.timeoutMs)
    const labels = { app_id: appId, status: String(status ?? 500) }
    completed.with(labels).inc()
    latency.with(labels).observe(Math.trunc(clock.elapsedMs() - startMs))
    if (status !== undefined && status >= 200 && status < 300) {
      failures = 0
      turn(true)
    } else if (++failures >= settings.threshold) turn(false)
    if (!closed) cancel = clock.after(settings.intervalMs, () => void check())
  }
  return {
    start() {
      onChange(false)
      void check()
    },
    [Symbol.dispose]() {
      closed = true
      cancel?.()
    },
  }
}
