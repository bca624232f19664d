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
  traceFields,
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
  /** Says the same thing once in a while: an app that fails does so with every message. */
  readonly seldomLog: Pick<Logger, 'warning'>
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
  /** Why, for span and log. Absent: it was taken, or the app has said what is to become of it. */
  readonly failure?: string
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

/** The app's word for what is to become of a message. */
const WORDS: Readonly<Partial<Record<DeliveryOutcome, string>>> = {
  retry: 'RETRY',
  drop_by_app: 'DROP',
}

/** Opens the span of a delivery below that of the publisher. A message without context begins a trace. */
export function beginDelivery(
  parts: DeliveryParts,
  subscription: AppSubscription,
  routes: Routes,
  message: IncomingMessage,
): Delivery {
  const { clock, meter, keeper } = parts
  const startMs = clock.elapsedMs()
  meter.began(subscription)
  const event = readEvent(parts, subscription, message)
  // An envelope leads to its publisher; metadata lead to the last hop: a raw payload's, or a burial.
  const carried = { ...event?.event, ...message.metadata }
  const context = contextOf(carried)
  const route = event === undefined ? undefined : routes.pick(event.event)
  const path = route?.ok ? route.value : undefined
  const span = openSpan(parts, subscription, message, path ?? '', context)
  const delayMs =
    message.publishedMs === undefined
      ? undefined
      : Math.max(0, clock.nowUs() / 1_000 - message.publishedMs)
  if (delayMs !== undefined) span?.set(attributes.deliveryDelayMs, String(Math.round(delayMs)))
  const targetOf = (): Delivery['target'] => {
    if (event === undefined) return { ...UNWANTED, failure: 'the message is no CloudEvent' }
    if (isExpired(event.event, clock)) return EXPIRED
    if (route?.ok === false) return { ...FAILED, failure: route.error }
    return path === undefined ? { ...UNWANTED, failure: 'no rule takes the message' } : { path }
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
    async settle({ outcome: wanted, mayBury, failure }) {
      const { deadLetterTopic } = subscription
      let outcome: DeliveryOutcome = wanted
      const fail = (reason: string): void => {
        span?.fail(reason)
        parts.seldomLog.warning(`a message was not delivered: ${reason}`, {
          topic: message.topic,
          ...traceFields(span),
        })
      }
      if (failure !== undefined) fail(failure)
      if (mayBury && deadLetterTopic !== undefined)
        try {
          await parts.bury(subscription, message, event, span)
          outcome = 'dead_letter'
          // Whatever the app meant by it, somebody has to look at the message now.
          if (failure === undefined)
            fail(`the app said ${WORDS[wanted]}; it lies in topic ${deadLetterTopic}`)
        } catch (error) {
          outcome = 'retry'
          fail(`the dead letter topic does not take it: ${messageOf(error)}`)
        }
      span?.set(attributes.deliveryOutcome, outcome)
      if (span?.error !== undefined && !span.decision.sampled)
        keeper.keep(span.context.traceId, 'error')
      span?.end()
      // A later attempt has waited for the one before it, not in the queue.
      if (delayMs !== undefined && message.attempt === 1) meter.waited(subscription, delayMs, span)
      meter.delivered(subscription, outcome, clock.elapsedMs() - startMs, span)
      if (outcome === 'retry') throw new Error('the message is to be delivered again')
    },
  }
}

function openSpan(
  { tracer, own }: DeliveryParts,
  subscription: AppSubscription,
  { topic, attempt }: IncomingMessage,
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
  return span
}
