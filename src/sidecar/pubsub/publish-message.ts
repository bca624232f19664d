import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { OutgoingMessage, PubSub } from '../../components/pubsub/index.ts'
import { apiFault } from '../../net/index.ts'
import { attributes, CONTEXT_HEADERS, type Span, type Tracer } from '../../telemetry/index.ts'
import {
  CLOUD_EVENTS_JSON,
  completeCloudEvent,
  type EnvelopeInput,
  wrapCloudEvent,
} from '../../wire/cloud-event.ts'
import { NESTED_TOO_DEEP, toJsonText } from '../../wire/json-text.ts'
import { formatTraceparent } from '../../wire/traceparent.ts'
import type { Hosted } from '../components/component-host.ts'
import type { GuardSource } from '../resiliency/policies.ts'
import type { PubSubMeter } from './pubsub-meter.ts'
import { isRaw } from './read-event.ts'
import { readTopicAccess } from './topic-access.ts'

export interface PublishParts {
  readonly componentTracer: Pick<Tracer, 'child'>
  readonly policies: Pick<GuardSource, 'forComponent'>
  readonly clock: Clock
  readonly meter: PubSubMeter
  readonly newId: () => string
  readonly own: { readonly appId: string; readonly namespace: string }
}

export interface ToPublish {
  readonly topic: string
  readonly body: Uint8Array
  /** Of the request; empty = none was given. */
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
  /** What the publisher's request brought, for a sidecar that does not trace. */
  readonly context: Pick<EnvelopeInput, 'traceparent' | 'tracestate' | 'baggage'>
}

/** A message whose envelope is made and whose span is open. */
export interface Prepared {
  readonly span: Span | undefined
  /** @throws Fault `ERR_PUBSUB_PUBLISH_MESSAGE` */
  send(): Promise<void>
  /** Ends the span of a message that is not sent after all. */
  drop(): void
}

/** Publishes one message, and counts it. @throws what {@link preparePublish} and {@link Prepared} throw */
export async function publishMessage(
  parts: PublishParts,
  parent: Span | undefined,
  hosted: Hosted<PubSub>,
  message: ToPublish,
): Promise<void> {
  const { clock, meter } = parts
  const startMs = clock.elapsedMs()
  let prepared: Prepared | undefined
  let success = false
  try {
    prepared = preparePublish(parts, parent, hosted, message)
    await prepared.send()
    success = true
  } finally {
    const durationMs = clock.elapsedMs() - startMs
    meter.published(hosted.component.name, message.topic, success, durationMs, prepared?.span)
  }
}

/**
 * Makes the envelope of a message, as a span below the request's; the message's context is that span's, so that
 * every delivery stands below it.
 *
 * @throws Fault `ERR_PUBSUB_CLOUD_EVENTS_SER`
 */
export function preparePublish(
  { componentTracer, policies, clock, newId, own }: PublishParts,
  parent: Span | undefined,
  { component, block }: Hosted<PubSub>,
  { topic, body, contentType, metadata, context }: ToPublish,
): Prepared {
  const span = openPublishSpan(componentTracer, parent, component, topic)
  const carried = (span ?? parent)?.context
  const nowMs = clock.nowUs() / 1_000
  const ttlSeconds = Number(metadata.ttlInSeconds ?? metadata.ttl)
  const envelope: EnvelopeInput = {
    id: newId(),
    source: own.appId,
    topic,
    pubsubName: component.name,
    contentType,
    body,
    metadata,
    time: new Date(nowMs).toISOString(),
    expiration:
      ttlSeconds > 0 && ttlSeconds < MAX_TTL_SECONDS && !block.features.has('MESSAGE_TTL')
        ? new Date(nowMs + ttlSeconds * 1_000).toISOString()
        : undefined,
    ...context,
    ...(carried && {
      traceparent: formatTraceparent(carried),
      tracestate: carried.traceState ?? '',
    }),
  }
  const fail = (error: unknown): void => {
    span?.fail(codeOf(error) ?? 'failed')
    span?.end()
  }
  let message: OutgoingMessage
  try {
    message = { ...encode(envelope), topic: readTopicAccess(component, own).atBroker(topic) }
  } catch (error) {
    fail(error)
    throw error
  }
  return {
    span,
    async send() {
      try {
        const publish = () => block.publish(message)
        const guard = policies.forComponent(component, 'outbound')
        await (guard === undefined ? publish() : guard.run({ span, attempt: publish }))
        span?.end()
      } catch (error) {
        fail(error)
        throw apiFault(
          'ERR_PUBSUB_PUBLISH_MESSAGE',
          { topic, name: component.name, reason: messageOf(error) },
          error,
        )
      }
    },
    drop: () => fail(undefined),
  }
}

/** A longer one is as good as none, and no date. */
const MAX_TTL_SECONDS = 1e9

/** The span of a message's way to the broker. */
export function openPublishSpan(
  tracer: Pick<Tracer, 'child'>,
  parent: Span | undefined,
  component: Hosted<PubSub>['component'],
  topic: string,
): Span | undefined {
  const span = tracer.child(parent, `publish ${topic}`, 'PRODUCER')
  if (span === undefined) return undefined
  span.remoteService = component.name
  span.set(attributes.messagingSystem, component.type.slice('pubsub.'.length))
  span.set(attributes.messagingDestination, topic)
  span.set(attributes.component, component.name)
  return span
}

function encode(envelope: EnvelopeInput): Omit<OutgoingMessage, 'topic'> {
  const { contentType, metadata, body, traceparent, tracestate, baggage } = envelope
  // Context in metadata is the word of the sidecar that sent the message last.
  const others = Object.fromEntries(
    Object.entries(metadata).filter(([name]) => !CONTEXT_HEADERS.has(name.toLowerCase())),
  )
  if (isRaw(metadata)) {
    // No envelope carries the context: the broker's metadata does, where it has any.
    const context = Object.entries({ traceparent, tracestate, baggage }).filter(([, text]) => text)
    return { data: body, contentType, metadata: { ...others, ...Object.fromEntries(context) } }
  }
  if (contentType.split(';')[0]?.trim().toLowerCase() !== CLOUD_EVENTS_JSON)
    return {
      data: Buffer.from(wrapCloudEvent(envelope)),
      contentType: CLOUD_EVENTS_JSON,
      metadata: others,
    }
  const event = completeCloudEvent(envelope)
  if (event === undefined) throw notSerialized('the body is no JSON object')
  const text = toJsonText(event)
  if (text === undefined) throw notSerialized(NESTED_TOO_DEEP)
  return { data: Buffer.from(text), contentType: CLOUD_EVENTS_JSON, metadata: others }
}

const notSerialized = (reason: string) => apiFault('ERR_PUBSUB_CLOUD_EVENTS_SER', { reason })
