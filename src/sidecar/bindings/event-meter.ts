import { componentMetrics, type MetricsRegistry, type Span, seenIn } from '../../telemetry/index.ts'

/** Counts what daprd counts of events. @see dapr `pkg/diagnostics/component_monitoring.go` */
export interface EventMeter {
  delivered(component: string, success: boolean, durationMs: number, span: Span | undefined): void
}

export function createEventMeter(
  registry: MetricsRegistry,
  own: { readonly appId: string; readonly namespace: string },
): EventMeter {
  const count = registry.counter(componentMetrics.inputBindingCount)
  const latency = registry.histogram(componentMetrics.inputBindingLatencies)
  return {
    delivered(component, success, durationMs, span) {
      const { appId: app_id, namespace } = own
      const labels = { app_id, component, namespace, success: String(success) }
      count.with(labels).inc()
      latency.with(labels).observe(durationMs, seenIn(span))
    },
  }
}
