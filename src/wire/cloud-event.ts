/**
 * The envelope of a message, CloudEvents 1.0 in JSON, as daprd makes it.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 * @see dapr `pkg/runtime/pubsub/cloudevents.go`, components-contrib `pubsub/envelope.go`
 */
export type CloudEvent = Record<string, unknown>

export const CLOUD_EVENTS_JSON = 'application/cloudevents+json'

export interface EnvelopeInput {
  readonly id: string
  /** App id of the publisher. */
  readonly source: string
  readonly topic: string
  readonly pubsubName: string
  /** Of the request; empty = none was given. */
  readonly contentType: string
  readonly body: Uint8Array
  /** Publish metadata; `cloudevent.…` overrides fields. */
  readonly metadata: Readonly<Record<string, string>>
  readonly traceparent: string
  readonly tracestate: string
  readonly baggage: string
  /** RFC 3339. */
  readonly time: string
  /** RFC 3339. Absent: it never expires, or the broker sees to it. */
  readonly expiration?: string | undefined
}

const TYPE = 'com.dapr.event.sent'
const OVERRIDABLE = ['id', 'source', 'type', 'subject', 'traceid', 'traceparent', 'tracestate']

/** @returns the text of the envelope of a payload that has none; JSON stands in it as it came, digit for digit */
export function wrapCloudEvent(input: EnvelopeInput): string {
  const contentType = input.contentType === '' ? 'text/plain' : input.contentType
  const event: CloudEvent = {
    id: input.id,
    specversion: '1.0',
    type: TYPE,
    source: input.source,
    datacontenttype: contentType,
    topic: input.topic,
    pubsubname: input.pubsubName,
    traceid: input.traceparent,
    traceparent: input.traceparent,
    tracestate: input.tracestate,
    time: input.time,
  }
  // An extension of CloudEvents' own making is `baggage`; daprd loses it here.
  if (input.baggage !== '') event.baggage = input.baggage
  if (input.expiration !== undefined) event.expiration = input.expiration
  for (const field of OVERRIDABLE) {
    const value = input.metadata[`cloudevent.${field}`]
    if (value === undefined) continue
    event[field] = value
  }
  return `${JSON.stringify(event).slice(0, -1)},${dataOf(contentType, input.body)}}`
}

/**
 * @returns the caller's own envelope with what is missing; `undefined` when the body is no JSON object
 */
export function completeCloudEvent(input: EnvelopeInput): CloudEvent | undefined {
  let own: unknown
  try {
    own = JSON.parse(new TextDecoder().decode(input.body))
  } catch {
    return undefined
  }
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return undefined
  const given = own as CloudEvent
  const event: CloudEvent = {
    specversion: '1.0',
    type: TYPE,
    source: 'Dapr',
    time: input.time,
    ...given,
    topic: input.topic,
    pubsubname: input.pubsubName,
  }
  if (given.traceid === undefined) {
    event.traceid = input.traceparent
    event.traceparent = given.traceparent ?? input.traceparent
    event.traceid = event.traceparent
  }
  event.tracestate = given.tracestate ?? input.tracestate
  if (input.baggage !== '' && given.baggage === undefined) event.baggage = input.baggage
  if (input.expiration !== undefined) event.expiration = input.expiration
  return event
}

/** The envelope that the subscriber's sidecar makes of a raw payload. */
export const wrapRaw = (
  body: Uint8Array,
  input: Pick<EnvelopeInput, 'id' | 'topic' | 'pubsubName' | 'time'>,
): CloudEvent => ({
  id: input.id,
  specversion: '1.0',
  type: TYPE,
  source: 'Dapr',
  datacontenttype: 'application/octet-stream',
  data_base64: toBase64(body),
  topic: input.topic,
  pubsubname: input.pubsubName,
  time: input.time,
})

/** The last field of the envelope. */
function dataOf(contentType: string, body: Uint8Array): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (isBinary(type)) return `"data_base64":${JSON.stringify(toBase64(body))}`
  const text = new TextDecoder().decode(body)
  return `"data":${isJson(type) && isJsonText(text) ? text : JSON.stringify(text)}`
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const isJson = (type: string): boolean => /^(application|text)\/(.+\+)?json$/.test(type)
const isBinary = (type: string): boolean => type === 'application/octet-stream'

/** Without Node: this floor runs in browsers, too. */
function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(binary)
}
