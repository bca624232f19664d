import type { MetricPolicy } from '../../policy/index.ts'
import { holdSeries, httpMetrics, type MetricsRegistry, type Seen } from '../../telemetry/index.ts'

/** One call of the app, by a client or by the sidecar itself. */
export interface AppCallRecord {
  readonly method: string
  /** Without query, with a leading slash. */
  readonly path: string
  /** 500 when there was no answer. */
  readonly status: number
  readonly durationMs: number
  readonly sentBytes: number
  /** Absent when there was no answer. */
  readonly receivedBytes: number | undefined
}

/** Counts what daprd counts of calls into the app. @see dapr `pkg/channel/http/http_channel.go` */
export type AppCallMeter = (call: AppCallRecord, seen: Seen) => void

export function createAppCallMeter(
  registry: MetricsRegistry,
  { appId: app_id }: { readonly appId: string },
  policy: () => Pick<MetricPolicy, 'http'>,
): AppCallMeter {
  const completed = registry.counter(httpMetrics.clientCompletedCount)
  const latency = registry.histogram(httpMetrics.clientRoundtripLatency)
  const sentBytes = registry.histogram(httpMetrics.clientSentBytes)
  const receivedBytes = registry.histogram(httpMetrics.clientReceivedBytes).with({ app_id })
  const seriesOf = holdSeries((method: string, path: string, status: string) => {
    const labels = { app_id, method, path, status }
    return {
      completed: completed.with(labels),
      latency: latency.with(labels),
      // daprd leaves the status of this one empty: it is recorded when the call starts.
      sentBytes: sentBytes.with({ ...labels, status: '' }),
    }
  })
  return (call, seen) => {
    const { method, appPath } = policy().http
    const series = seriesOf(method(call.method), appPath(call.path), String(call.status))
    series.completed.inc()
    series.latency.observe(Math.trunc(call.durationMs), seen)
    series.sentBytes.observe(call.sentBytes, seen)
    if (call.receivedBytes !== undefined) receivedBytes.observe(call.receivedBytes, seen)
  }
}
