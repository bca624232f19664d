import {
  componentMetrics,
  holdSeries,
  type MetricsRegistry,
  pubsubMetrics,
  type Seen,
  type Span,
  seenIn,
} from '../../telemetry/index.ts'
import type { AppSubscription, DeliveryOutcome } from './subscription.ts'

/** Counts what daprd counts of messages, and how long they waited. @see dapr `pkg/diagnostics/component_monitoring.go` */
export interface PubSubMeter {
  /** @param span of its way to the broker */
  published(
    component: string,
    topic: string,
    success: boolean,
    durationMs: number,
    span: Span | undefined,
  ): void
  /** @param span of one of its messages */
  publishedBatch(
    component: string,
    topic: string,
    success: boolean,
    durationMs: number,
    span: Span | undefined,
  ): void
  /** Between publish and the begin of the first delivery, whose span it is. */
  waited(subscription: Heard, delayMs: number, span: Span | undefined): void
  /** A topic is heard from now on: its counts stand at 0, one that is not there yet would miss its first message. */
  hears(subscription: Heard): void
  /** A delivery has begun; `delivered` ends it. */
  began(subscription: Heard): void
  /** One message, alone or in a batch. */
  delivered(
    subscription: Heard,
    outcome: DeliveryOutcome,
    durationMs: number,
    span: Span | undefined,
  ): void
  /** One call of the app for several messages. */
  deliveredBatch(subscription: Heard, status: 'success' | 'retry', durationMs: number): void
}

type Heard = Pick<AppSubscription, 'pubsubName' | 'topic' | 'bulk'>

/** daprd knows three; a message that was buried is dropped. */
const PROCESS_STATUS: Readonly<Record<DeliveryOutcome, string>> = {
  success: 'success',
  retry: 'retry',
  drop_by_app: 'drop',
  drop_by_sidecar: 'drop',
  dead_letter: 'drop',
}

const OUTCOMES = Object.keys(PROCESS_STATUS) as DeliveryOutcome[]

export function createPubSubMeter(
  registry: MetricsRegistry,
  own: { readonly appId: string; readonly namespace: string },
): PubSubMeter {
  const common = { app_id: own.appId, namespace: own.namespace }
  const m = {
    egress: registry.counter(componentMetrics.egressCount),
    egressMs: registry.histogram(componentMetrics.egressLatencies),
    egressBulk: registry.counter(componentMetrics.egressBulkCount),
    egressBulkMs: registry.histogram(componentMetrics.egressBulkLatencies),
    ingress: registry.counter(componentMetrics.ingressCount),
    ingressMs: registry.histogram(componentMetrics.ingressLatencies),
    ingressBulk: registry.counter(componentMetrics.ingressBulkCount),
    ingressBulkMs: registry.histogram(componentMetrics.ingressBulkLatencies),
    ingressBulkEvents: registry.counter(componentMetrics.ingressBulkEventCount),
    deliveries: registry.counter(pubsubMetrics.deliveries),
    delay: registry.histogram(pubsubMetrics.deliveryDelay),
    inFlight: registry.gauge(pubsubMetrics.deliveriesInFlight),
  }
  const egress = holdSeries((topic: string, component: string, success: string) => {
    const labels = { ...common, component, topic, success }
    return { count: m.egress.with(labels), latency: m.egressMs.with(labels) }
  })
  const egressBulk = holdSeries((topic: string, component: string, success: string) => {
    const labels = { ...common, component, topic, success }
    return { count: m.egressBulk.with(labels), latency: m.egressBulkMs.with(labels) }
  })
  const ingress = holdSeries((topic: string, component: string, status: string) => {
    const labels = { ...common, component, topic, process_status: status, status }
    return { count: m.ingress.with(labels), latency: m.ingressMs.with(labels) }
  })
  const ingressBulk = holdSeries((topic: string, component: string, status: string) => {
    const labels = { ...common, component, topic, process_status: status }
    return { count: m.ingressBulk.with(labels), latency: m.ingressBulkMs.with(labels) }
  })
  const bulkEvents = holdSeries((topic: string, component: string, status: string) =>
    m.ingressBulkEvents.with({ ...common, component, topic, process_status: status }),
  )
  const deliveries = holdSeries((topic: string, component: string, outcome: string) =>
    m.deliveries.with({ component, topic, outcome }),
  )
  const delay = holdSeries((topic: string, component: string) => m.delay.with({ component, topic }))
  const inFlight = holdSeries((topic: string, component: string) =>
    m.inFlight.with({ component, topic }),
  )
  /** Of those with any. */
  const flying = new Map<string, number>()
  const move = ({ pubsubName, topic }: Heard, by: 1 | -1): void => {
    const key = `${pubsubName} ${topic}`
    const count = (flying.get(key) ?? 0) + by
    if (count === 0) flying.delete(key)
    else flying.set(key, count)
    inFlight(topic, pubsubName).set(count)
  }
  const record = (
    { count, latency }: ReturnType<typeof egress>,
    durationMs: number,
    seen?: Seen,
  ): void => {
    count.inc()
    latency.observe(durationMs, seen)
  }
  return {
    published: (component, topic, success, durationMs, span) =>
      record(egress(topic, component, String(success)), durationMs, seenIn(span)),
    publishedBatch: (component, topic, success, durationMs, span) =>
      record(egressBulk(topic, component, String(success)), durationMs, seenIn(span)),
    waited: ({ pubsubName, topic }, delayMs, span) =>
      delay(topic, pubsubName).observe(delayMs / 1_000, seenIn(span)),
    hears({ pubsubName, topic, bulk }) {
      const taken = bulk === undefined ? ingress : bulkEvents
      for (const outcome of OUTCOMES) {
        deliveries(topic, pubsubName, outcome)
        taken(topic, pubsubName, PROCESS_STATUS[outcome])
      }
    },
    began: (subscription) => move(subscription, 1),
    delivered(subscription, outcome, durationMs, span) {
      const { pubsubName, topic, bulk } = subscription
      const seen = seenIn(span)
      move(subscription, -1)
      deliveries(topic, pubsubName, outcome).inc(1, seen)
      const status = PROCESS_STATUS[outcome]
      if (bulk === undefined) record(ingress(topic, pubsubName, status), durationMs, seen)
      else bulkEvents(topic, pubsubName, status).inc()
    },
    deliveredBatch: ({ pubsubName, topic }, status, durationMs) =>
      record(ingressBulk(topic, pubsubName, status), durationMs),
  }
}
