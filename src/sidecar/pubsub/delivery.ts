import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { IncomingMessage } from '../../components/pubsub/index.ts'
import {
  attributes,
  createOperation,
  extract,
  inject,
  type Span,
  type TraceKeeper,
  type Tracer,
} from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import type { Guard } from '../resiliency/guard.ts'
import type { Routes } from './compile-routes.ts'
import type { PubSubMeter } from './pubsub-meter.ts'
import { contextOf, isExpired, type ReadEvent, readEvent } from './read-event.ts'
import type { AppSubscription, DeliveryOutcome } from './subscription.ts'

export interface DeliveryParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly tracer: Tracer
  readonly keeper: TraceKeeper
  readonly clock: Clock
  readonly log: Logger
  readonly meter: PubSubMeter
  readonly newId: () => string
  /** What stands around the calls of the app for messages of this component. */
  readonly guardOf: (pubsubName: string) => Guard | undefined
  /** Publishes to the dead letter topic of the same component. */
  readonly bury: (
    subscription: AppSubscription,
    message: IncomingMessage,
    event: ReadEvent | undefined,
    span: Span | undefined,
  ) => Promise<void>
}

/** What is to become of a message, before a dead letter topic is asked. */
export interface Verdict {
  readonly outcome: Exclude<DeliveryOutcome, 'dead_letter'>
  /** A message that is not taken goes to the dead letter topic if there is one. */
  readonly mayBury: boolean
}

/** One try to hand one message to the app. */
export interface Delivery {
  readonly message: IncomingMessage
  readonly event: ReadEvent | undefined
  readonly span: Span | undefined
  /** Where the app takes it; or why it is not asked at all. */
  readonly target: { readonly path: string } | Verdict
  /** The context that the app gets, as headers. */
  readonly context: readonly string[]
  /**
   * Buries it if need be, and ends the span.
   * @throws Error when the broker is to deliver the message again
   */
  settle(verdict: Verdict): Promise<void>
}

const FAILED: Verdict = { outcome: 'retry', mayBury: true }
const UNWANTED: Verdict = { outcome: 'drop_by_sidecar', mayBury: true }
const EXPIRED: Verdict = { outcome: 'drop_by_sidecar', mayBury: false }

/** Opens the span of a delivery below that of the publisher. A message without context begins a trace. */
export function beginDelivery(
  parts: DeliveryParts,
  subscription: AppSubscription,
  routes: Routes,
  message: IncomingMessage,
): Delivery {
  const { clock, meter, keeper } = parts
  const startMs = clock.elapsedMs()
  const event = readEvent(parts, subscription, message)
  const carried = { ...message.metadata, ...event?.event }
  const context = contextOf(carried)
  const route = event === undefined ? undefined : routes.pick(event.event)
  const path = route?.ok ? route.value : undefined
  const span = openSpan(parts, subscription, message, path ?? '', context)
  const refuse = (reason: string, verdict: Verdict): Verdict => {
    span?.fail(reason)
    parts.log.warning(`a message was not delivered: ${reason}`, { topic: message.topic })
    return verdict
  }
  const targetOf = (): Delivery['target'] => {
    if (event === undefined) return refuse('the message is no CloudEvent', UNWANTED)
    if (isExpired(event.event, clock)) return EXPIRED
    if (route?.ok === false) return refuse(route.error, FAILED)
    return path === undefined ? refuse('no rule takes the message', UNWANTED) : { path }
  }
  const forApp = [...context]
  if (span !== undefined) {
    forApp.length = 0
    inject(forApp, span.context, typeof carried.baggage === 'string' ? carried.baggage : undefined)
  }
  return {
    message,
    event,
    span,
    target: targetOf(),
    context: forApp,
    async settle({ outcome: wanted, mayBury }) {
      let outcome: DeliveryOutcome = wanted
      if (mayBury && subscription.deadLetterTopic !== undefined)
        try {
          await parts.bury(subscription, message, event, span)
          outcome = 'dead_letter'
        } catch (error) {
          outcome = 'retry'
          span?.fail(`the dead letter topic does not take it: ${messageOf(error)}`)
        }
      span?.set(attributes.deliveryOutcome, outcome)
      if (span?.error !== undefined && !span.decision.sampled)
        keeper.keep(span.context.traceId, 'error')
      span?.end()
      meter.delivered(subscription, outcome, clock.elapsedMs() - startMs)
      if (outcome === 'retry') throw new Error('the message is to be delivered again')
    },
  }
}

function openSpan(
  { tracer, own, clock, meter }: DeliveryParts,
  subscription: AppSubscription,
  { topic, attempt, publishedMs }: IncomingMessage,
  path: string,
  headers: readonly string[],
): Span | undefined {
  const { pubsubName } = subscription
  const operation = createOperation()
  operation.api = 'subscribe'
  operation.target = own.appId
  operation.namespace = own.namespace
  operation.method = 'POST'
  operation.path = path
  operation.topic = topic
  operation.component = pubsubName
  const span = tracer.start({
    incoming: extract(headers),
    name: `pubsub/${topic}`,
    kind: 'CLIENT',
    headers,
    isFromPeer: true,
    operation,
  })
  span?.set(attributes.messagingSystem, 'pubsub')
  span?.set(attributes.messagingDestination, topic)
  span?.set(attributes.component, pubsubName)
  span?.set(attributes.deliveryAttempt, String(attempt))
  if (publishedMs === undefined) return span
  const delayMs = Math.max(0, clock.nowUs() / 1_000 - publishedMs)
  span?.set(attributes.deliveryDelayMs, String(Math.round(delayMs)))
  // A later attempt has waited for the one before it, not in the queue.
  if (attempt === 1) meter.waited(subscription, delayMs)
  return span
}
