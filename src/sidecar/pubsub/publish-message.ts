import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { PubSub } from '../../components/pubsub/index.ts'
import { apiFault } from '../../net/index.ts'
import { attributes, type Span, type Tracer } from '../../telemetry/index.ts'
import {
  CLOUD_EVENTS_JSON,
  completeCloudEvent,
  type EnvelopeInput,
  wrapCloudEvent,
} from '../../wire/cloud-event.ts'
import { formatTraceparent } from '../../wire/traceparent.ts'
import type { Hosted } from '../components/component-host.ts'
import type { PubSubMeter } from './pubsub-meter.ts'

export interface PublishParts {
  readonly tracer: Tracer
  readonly clock: Clock
  readonly meter: PubSubMeter
  readonly newId: () => string
  readonly appId: string
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

/**
 * Publishes one message, as a span below the request's; the message's context is that span's, so that every
 * delivery stands below it.
 *
 * @throws Fault `ERR_PUBSUB_CLOUD_EVENTS_SER`, `ERR_PUBSUB_PUBLISH_MESSAGE`
 */
export async function publishMessage(
  { tracer, clock, meter, newId, appId }: PublishParts,
  parent: Span | undefined,
  { component, block }: Hosted<PubSub>,
  { topic, body, contentType, metadata, context }: ToPublish,
): Promise<void> {
  const span = tracer.child(parent, `publish ${topic}`, 'PRODUCER')
  if (span !== undefined) {
    span.remoteService = component.name
    span.set(attributes.messagingSystem, component.type.slice('pubsub.'.length))
    span.set(attributes.messagingDestination, topic)
    span.set(attributes.component, component.name)
  }
  const carried = (span ?? parent)?.context
  const envelope = {
    id: newId(),
    source: appId,
    topic,
    pubsubName: component.name,
    contentType,
    body,
    metadata,
    time: new Date(clock.nowUs() / 1_000).toISOString(),
    ...context,
    ...(carried && {
      traceparent: formatTraceparent(carried),
      tracestate: carried.traceState ?? '',
    }),
  }
  const startMs = clock.elapsedMs()
  let success = false
  try {
    const data = encode(envelope)
    await block.publish({ topic, data, contentType: CLOUD_EVENTS_JSON, metadata })
    success = true
  } catch (error) {
    span?.fail(codeOf(error) ?? 'failed')
    if (codeOf(error)?.startsWith('ERR_')) throw error
    throw apiFault(
      'ERR_PUBSUB_PUBLISH_MESSAGE',
      { topic, pubsub: component.name, reason: messageOf(error) },
      error,
    )
  } finally {
    span?.end()
    meter.published(component.name, topic, success, clock.elapsedMs() - startMs)
  }
}

function encode(envelope: EnvelopeInput): Uint8Array {
  const { contentType, metadata, body } = envelope
  if (/^true$/i.test(metadata.rawPayload ?? '')) return body
  if (contentType.split(';')[0]?.trim().toLowerCase() !== CLOUD_EVENTS_JSON)
    return Buffer.from(wrapCloudEvent(envelope))
  const event = completeCloudEvent(envelope)
  if (event === undefined)
    throw apiFault('ERR_PUBSUB_CLOUD_EVENTS_SER', { reason: 'the body is no JSON object' })
  return Buffer.from(JSON.stringify(event))
}
