import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { canBeHeader } from '../../net/index.ts'
import {
  attributes,
  createOperation,
  extract,
  inject,
  type Span,
  type TraceKeeper,
  type Tracer,
} from '../../telemetry/index.ts'
import { CLOUD_EVENTS_JSON, type CloudEvent, wrapRaw } from '../../wire/cloud-event.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { PubSubMeter } from './pubsub-meter.ts'
import type { DeliveryOutcome, Subscription } from './subscription.ts'

export interface DeliveryParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly tracer: Tracer
  readonly keeper: TraceKeeper
  readonly clock: Clock
  readonly log: Logger
  readonly meter: PubSubMeter
  readonly newId: () => string
  /** Publishes to the dead letter topic of the same component. */
  readonly bury: (subscription: Subscription, envelope: Uint8Array) => Promise<void>
}

/** As long as daprd waits for an app. */
const TIMEOUT_MS = 60_000

/**
 * Hands one message to the app, as a span below that of its publisher. A message without context begins a trace.
 *
 * @throws Error when it is to be delivered again
 * @see dapr `pkg/runtime/subscription/postman/http/http.go`
 */
export async function deliverMessage(
  parts: DeliveryParts,
  subscription: Subscription,
  message: IncomingMessage,
  signal: AbortSignal,
): Promise<void> {
  const { clock, meter, log } = parts
  const startMs = clock.elapsedMs()
  const envelope = readEnvelope(parts, subscription, message)
  const context = envelope === undefined ? [] : contextOf(envelope.event)
  const span = openSpan(parts, subscription, message, context)
  let outcome: DeliveryOutcome = 'drop'
  try {
    if (envelope === undefined) {
      log.warning('a message is no CloudEvent and was dropped', { topic: message.topic })
      span?.fail('the message is no CloudEvent')
    } else if (isExpired(envelope.event, clock)) {
      outcome = 'drop'
    } else {
      outcome = await askApp(parts, subscription, message, envelope, span, signal)
      if (outcome === 'drop' && subscription.deadLetterTopic !== undefined) {
        await parts.bury(subscription, envelope.bytes)
        outcome = 'dead_letter'
      }
    }
  } catch (error) {
    outcome = 'retry'
    span?.fail(messageOf(error))
  } finally {
    span?.set(attributes.deliveryOutcome, outcome)
    if (span?.error !== undefined && !span.decision.sampled)
      parts.keeper.keep(span.context.traceId, 'error')
    span?.end()
    meter.delivered(subscription, outcome, clock.elapsedMs() - startMs)
  }
  if (outcome === 'retry') throw new Error('the app asks for the message again')
}

interface Envelope {
  readonly event: CloudEvent
  /** As it came: reading and writing it again would change long numbers. */
  readonly bytes: Uint8Array
}

function readEnvelope(
  { clock, newId }: DeliveryParts,
  { metadata, pubsubName }: Subscription,
  { data, topic }: IncomingMessage,
): Envelope | undefined {
  if (/^"?true"?$/i.test(metadata.rawPayload ?? '')) {
    const event = wrapRaw(data, { id: newId(), topic, pubsubName, time: isoTime(clock) })
    return { event, bytes: Buffer.from(JSON.stringify(event)) }
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { event: value as CloudEvent, bytes: data }
      : undefined
  } catch {
    return undefined
  }
}

const isoTime = (clock: Clock): string => new Date(clock.nowUs() / 1_000).toISOString()

/** daprd reads `traceparent`, else `traceid`, and neither `tracestate` nor baggage. */
function contextOf(event: CloudEvent): string[] {
  const headers: string[] = []
  const parent = event.traceparent || event.traceid
  if (typeof parent === 'string' && parent !== '') headers.push('traceparent', parent)
  for (const name of ['tracestate', 'baggage'])
    if (typeof event[name] === 'string' && event[name] !== '') headers.push(name, event[name])
  return headers
}

function openSpan(
  { tracer, own }: DeliveryParts,
  { pubsubName, path }: Subscription,
  { topic, attempt, publishedMs }: IncomingMessage,
  headers: readonly string[],
): Span | undefined {
  const operation = createOperation()
  operation.api = 'subscribe'
  operation.target = own.appId
  operation.namespace = own.namespace
  operation.method = 'POST'
  operation.path = path
  operation.topic = topic
  operation.component = pubsubName
  const incoming = extract(headers)
  const span = tracer.start({
    incoming,
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
  if (publishedMs !== undefined && span !== undefined)
    span.set(
      attributes.deliveryDelayMs,
      String(Math.max(0, Math.round(span.startUs / 1_000 - publishedMs))),
    )
  return span
}

function isExpired({ expiration }: CloudEvent, clock: Clock): boolean {
  const until = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN
  return !Number.isNaN(until) && until <= clock.nowUs() / 1_000
}

/** @throws what {@link callApp} throws */
async function askApp(
  { app, clock }: DeliveryParts,
  { path }: Subscription,
  message: IncomingMessage,
  { event, bytes }: Envelope,
  span: Span | undefined,
  signal: AbortSignal,
): Promise<'success' | 'retry' | 'drop'> {
  const headers = ['Content-Type', CLOUD_EVENTS_JSON]
  for (const [name, value] of Object.entries(message.metadata))
    if (canBeHeader(name, value)) headers.push(name, value)
  if (span !== undefined)
    inject(headers, span.context, typeof event.baggage === 'string' ? event.baggage : undefined)
  else headers.push(...contextOf(event))
  const answer = await callApp(
    app,
    clock,
    { method: 'POST', target: path, headers, body: bytes },
    { timeoutMs: TIMEOUT_MS, signal },
  )
  if (answer.status === 404) {
    span?.fail(`Code(404): the app has no route ${path}`)
    return 'drop'
  }
  if (answer.status < 200 || answer.status > 299) {
    span?.fail(`Code(${answer.status})`)
    return 'retry'
  }
  return STATUSES[statusOf(answer.text)] ?? 'retry'
}

const STATUSES: Readonly<Record<string, 'success' | 'retry' | 'drop'>> = {
  '': 'success',
  SUCCESS: 'success',
  RETRY: 'retry',
  DROP: 'drop',
}

/** An answer that says nothing means that all is well. */
function statusOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const { status } = (value ?? {}) as { readonly status?: unknown }
    return typeof status === 'string' ? status : ''
  } catch {
    return ''
  }
}
