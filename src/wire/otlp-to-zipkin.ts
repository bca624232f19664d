import { SIDECAR_SCOPE } from './instrumentation-scope.ts'
import { PEER_NAMES, remoteEndpointOf } from './otlp-remote-endpoint.ts'
import type { OtlpAttribute, OtlpEvent, OtlpResourceSpans, OtlpSpan } from './otlp-span.ts'
import { formatOtlpAttributes, formatOtlpValue } from './otlp-value.ts'
import type { ZipkinAnnotation, ZipkinKind, ZipkinSpan } from './zipkin-span.ts'

/** For a resource without `service.name`, as the SDKs have it. */
const UNKNOWN_SERVICE = 'unknown_service'

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/
const NO_PARENT = /^0*$/

const KINDS: readonly (ZipkinKind | undefined)[] = [
  undefined,
  undefined,
  'SERVER',
  'CLIENT',
  'PRODUCER',
  'CONSUMER',
]
const STATUS_OK = 1
const STATUS_ERROR = 2

export interface OtlpConversion {
  readonly spans: readonly ZipkinSpan[]
  readonly rejectedSpans: number
  /** Why the first of the rejected ones was; absent when there is none. */
  readonly reason?: string
}

/**
 * The spans as Sidelight's Zipkin exporter would have sent them: the same span by either protocol reads the
 * same. A span without valid ids is rejected, the others are not touched by it. Names are not yet in lower
 * case: reading the Zipkin form does that.
 *
 * @see opentelemetry-specification `trace/sdk_exporters/zipkin.md`, `common/mapping-to-non-otlp.md`;
 * links and tracestate, for which they have no form, as the Collector's `zipkinv2` translator has them
 */
export function otlpToZipkin(resources: readonly OtlpResourceSpans[]): OtlpConversion {
  const spans: ZipkinSpan[] = []
  let rejectedSpans = 0
  let reason: string | undefined
  for (const { attributes, scopes } of resources) {
    const resourceTags = attributes.map(toTag)
    const serviceName = new Map(resourceTags).get('service.name') || UNKNOWN_SERVICE
    for (const { scopeName, scopeVersion, spans: scopeSpans } of scopes) {
      const origin: Origin = {
        serviceName,
        isSidecar: scopeName === SIDECAR_SCOPE,
        tags: [
          ...resourceTags,
          ...(scopeName === '' ? [] : [['otel.scope.name', scopeName] as const]),
          ...(scopeVersion === '' ? [] : [['otel.scope.version', scopeVersion] as const]),
        ],
      }
      for (const span of scopeSpans) {
        const problem = otlpSpanProblem(span)
        if (problem === undefined) spans.push(toZipkin(span, origin))
        else {
          rejectedSpans++
          reason ??= problem
        }
      }
    }
  }
  return { spans, rejectedSpans, ...(reason === undefined ? {} : { reason }) }
}

/** What a span has from its resource and scope. */
interface Origin {
  readonly serviceName: string
  readonly isSidecar: boolean
  readonly tags: readonly Tag[]
}

type Tag = readonly [key: string, value: string]

const toTag = ({ key, value }: OtlpAttribute): Tag => [key, formatOtlpValue(value)]

/** Why a span cannot be kept; `undefined` for one that can. */
export function otlpSpanProblem({ traceId, spanId, parentSpanId }: OtlpSpan): string | undefined {
  if (!TRACE_ID.test(traceId))
    return `a trace id is 16 bytes that are not all zero; one was ${seen(traceId)}`
  if (!SPAN_ID.test(spanId))
    return `a span id is 8 bytes that are not all zero; one was ${seen(spanId)}`
  if (!NO_PARENT.test(parentSpanId) && !SPAN_ID.test(parentSpanId))
    return `a parent span id is 8 bytes; one was ${seen(parentSpanId)}`
  return undefined
}

const seen = (id: string): string =>
  id.length > 64 ? `of ${id.length} hexadecimal digits` : JSON.stringify(id)

function toZipkin(span: OtlpSpan, origin: Origin): ZipkinSpan {
  const kind = KINDS[span.kind]
  const isOutgoing = kind === 'CLIENT' || kind === 'PRODUCER'
  const timestamp = microseconds(span.startTimeUnixNano)
  const duration = durationOf(span)
  const remoteEndpoint = remoteEndpointOf(span.attributes, isOutgoing, origin.isSidecar)
  const annotations = span.events.flatMap((event) => annotationOf(event, timestamp))
  return {
    traceId: span.traceId,
    ...(NO_PARENT.test(span.parentSpanId) ? {} : { parentId: span.parentSpanId }),
    id: span.spanId,
    ...(kind === undefined ? {} : { kind }),
    ...(span.name === '' ? {} : { name: span.name }),
    ...(timestamp === 0 ? {} : { timestamp }),
    ...(duration === undefined ? {} : { duration }),
    localEndpoint: { serviceName: origin.serviceName },
    ...(remoteEndpoint === undefined ? {} : { remoteEndpoint }),
    ...(annotations.length === 0 ? {} : { annotations }),
    tags: tagsOf(span, origin),
  }
}

/** Later ones win: what the resource says counts for every span of it. */
function tagsOf(span: OtlpSpan, { isSidecar, tags: originTags }: Origin): Record<string, string> {
  const tags = new Map(span.attributes.map(toTag))
  // Zipkin takes any `error` for a failure.
  if (tags.get('error') === 'false') tags.delete('error')
  // A sidecar's Zipkin form says both elsewhere: in the remote endpoint, and in tags of its own.
  if (isSidecar) for (const key of PEER_NAMES) tags.delete(key)
  else if (span.traceState !== '') tags.set('w3c.tracestate', span.traceState)
  for (const [key, value] of originTags) tags.set(key, value)
  const counts: readonly Tag[] = [
    ['otel.dropped_attributes_count', String(span.droppedAttributesCount)],
    ['otel.dropped_events_count', String(span.droppedEventsCount)],
    ['otel.dropped_links_count', String(span.droppedLinksCount)],
  ]
  for (const [key, count] of counts) if (count !== '0') tags.set(key, count)
  span.links.forEach(({ traceId, spanId, traceState, attributes }, index) => {
    tags.set(
      `otlp.link.${index}`,
      `${traceId}|${spanId}|${traceState}|${formatOtlpAttributes(attributes)}`,
    )
  })
  if (span.statusCode === STATUS_OK) tags.set('otel.status_code', 'OK')
  if (span.statusCode === STATUS_ERROR) {
    tags.set('otel.status_code', 'ERROR')
    // What passed through Zipkin on its way has its description in the attribute only.
    if (span.statusMessage !== '' || !tags.has('error')) tags.set('error', span.statusMessage)
  }
  return Object.fromEntries(tags)
}

/** An event that says no time is put at the span's start; one of a span without start has no place. */
function annotationOf(
  { timeUnixNano, name, attributes }: OtlpEvent,
  startUs: number,
): ZipkinAnnotation[] {
  const timestamp = microseconds(timeUnixNano) || startUs
  if (timestamp === 0) return []
  const value = attributes.length === 0 ? name : `${name}: ${formatOtlpAttributes(attributes)}`
  return [{ timestamp, value }]
}

/** Of a time or a length in nanoseconds. */
export const microseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1000n)

/** A span shorter than a microsecond took one; an end that is missing or before the start says nothing. */
function durationOf({
  startTimeUnixNano: start,
  endTimeUnixNano: end,
}: OtlpSpan): number | undefined {
  return start === 0n || end < start ? undefined : Math.max(1, microseconds(end - start))
}
