import { componentMetrics, type MetricsRegistry } from '../../telemetry/index.ts'
import type { DeliveryOutcome, Subscription } from './subscription.ts'

/** Counts what daprd counts of messages. @see dapr `pkg/diagnostics/component_monitoring.go` */
export interface PubSubMeter {
  published(component: string, topic: string, success: boolean, durationMs: number): void
  delivered(
    subscription: Pick<Subscription, 'pubsubName' | 'topic'>,
    outcome: DeliveryOutcome,
    durationMs: number,
  ): void
}

export function createPubSubMeter(
  registry: MetricsRegistry,
  own: { readonly appId: string; readonly namespace: string },
): PubSubMeter {
  const egress = registry.counter(componentMetrics.egressCount)
  const egressLatency = registry.histogram(componentMetrics.egressLatencies)
  const ingress = registry.counter(componentMetrics.ingressCount)
  const ingressLatency = registry.histogram(componentMetrics.ingressLatencies)
  const common = { app_id: own.appId, namespace: own.namespace }
  return {
    published(component, topic, success, durationMs) {
      const labels = { ...common, component, topic, success: String(success) }
      egress.with(labels).inc()
      egressLatency.with(labels).observe(durationMs)
    },
    delivered({ pubsubName, topic }, outcome, durationMs) {
      // daprd knows three; a message that was buried is dropped.
      const status = outcome === 'dead_letter' ? 'drop' : outcome
      const labels = { ...common, component: pubsubName, topic, process_status: status, status }
      ingress.with(labels).inc()
      ingressLatency.with(labels).observe(durationMs)
    },
  }
}
