import type { SentBy } from '../../telemetry/index.ts'
import type { OtlpAttribute, OtlpValue } from '../../wire/otlp-span.ts'
import type { ReadableSpan } from './otlp-client.ts'

type Attributes = ReadableSpan['attributes']
type HrTime = ReadableSpan['startTime']

const NANOS_PER_SECOND = 1_000_000_000n

/** What an app has sent, as OpenTelemetry's libraries take it: nothing but the bytes of the message is another. */
export function sentToReadable(
  { resource, scopeName, scopeVersion, span }: SentBy,
  plain: ReadableSpan,
): ReadableSpan {
  return {
    ...plain,
    // The API counts kinds from 0, and knows none that is not specified.
    kind: Math.max(0, span.kind - 1) as ReadableSpan['kind'],
    startTime: hrTime(span.startTimeUnixNano),
    endTime: hrTime(span.endTimeUnixNano),
    duration: hrTime(span.endTimeUnixNano - span.startTimeUnixNano),
    status: {
      code: span.statusCode as ReadableSpan['status']['code'],
      ...(span.statusMessage === '' ? {} : { message: span.statusMessage }),
    },
    attributes: toAttributes(span.attributes),
    events: span.events.map((event) => ({
      time: hrTime(event.timeUnixNano),
      name: event.name,
      attributes: toAttributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      context: { traceId: link.traceId, spanId: link.spanId, traceFlags: 0 },
      attributes: toAttributes(link.attributes),
    })),
    resource: resourceOf(resource),
    instrumentationScope: {
      name: scopeName,
      ...(scopeVersion === '' ? {} : { version: scopeVersion }),
    },
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  }
}

/** One object for a list: spans of the same one are sent together. */
const resources = new WeakMap<readonly OtlpAttribute[], ReadableSpan['resource']>()

function resourceOf(list: readonly OtlpAttribute[]): ReadableSpan['resource'] {
  const known = resources.get(list)
  if (known !== undefined) return known
  const attributes = toAttributes(list)
  const made: ReadableSpan['resource'] = {
    attributes,
    merge: () => made,
    getRawAttributes: () => Object.entries(attributes),
  }
  resources.set(list, made)
  return made
}

const hrTime = (nanos: bigint): HrTime => [
  Number(nanos / NANOS_PER_SECOND),
  Number(nanos % NANOS_PER_SECOND),
]

/** Its types know texts, numbers, booleans and lists of them; what it encodes is any value. */
const toAttributes = (attributes: readonly OtlpAttribute[]): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toAny(value)])) as Attributes

function toAny(value: OtlpValue): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object') return value
  if ('base64' in value) return Buffer.from(value.base64, 'base64')
  if ('pairs' in value)
    return Object.fromEntries(value.pairs.map(({ key, value: item }) => [key, toAny(item)]))
  return value.map(toAny)
}
