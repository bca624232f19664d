import { componentMetrics, holdSeries, type MetricsRegistry } from '../../telemetry/index.ts'
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
  const common = { app_id: own.appId, namespace: own.namespace }
  const egressCount = registry.counter(componentMetrics.egressCount)
  const egressLatency = registry.histogram(componentMetrics.egressLatencies)
  const ingressCount = registry.counter(componentMetrics.ingressCount)
  const ingressLatency = registry.histogram(componentMetrics.ingressLatencies)
  // An app makes up as many topics as it likes.
  const egress = holdSeries(
    registry,
    'dapr_component_pubsub_egress',
    (topic, component = '', success = '') => {
      const labels = { ...common, component, topic, success }
      return { count: egressCount.with(labels), latency: egressLatency.with(labels) }
    },
  )
  const ingress = holdSeries(
    registry,
    'dapr_component_pubsub_ingress',
    (topic, component = '', status = '') => {
      const labels = { ...common, component, topic, process_status: status, status }
      return { count: ingressCount.with(labels), latency: ingressLatency.with(labels) }
    },
  )
  return {
    published(component, topic, success, durationMs) {
      const { count, latency } = egress(topic, component, String(success))
      count.inc()
      latency.observe(durationMs)
    },
    delivered({ pubsubName, topic }, outcome, durationMs) {
      // daprd knows three; a message that was buried is dropped.
      const status = outcome === 'dead_letter' ? 'drop' : outcome
      const { count, latency } = ingress(topic, pubsubName, status)
      count.inc()
      latency.observe(durationMs)
    },
  }
}
