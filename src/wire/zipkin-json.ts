import { err, ok, type Result } from '../base/result.ts'
import { decodeCarefully } from './zipkin-json-careful.ts'
import { decodePlainSpans } from './zipkin-json-plain.ts'
import type { ZipkinSpan } from './zipkin-span.ts'

/** Bytes that are no UTF-8 become U+FFFD, as they do in Zipkin. A byte order mark is kept, to be refused. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const NOT_A_LIST = 'Expected a JSON_V2 encoded list\n'
const VERSION_1 = 'Expected a JSON_V2 encoded list, but received: JSON_V1\n'
/** The end of `"binaryAnnotations"`, by which Zipkin tells a span of version 1. */
const VERSION_1_MARK = 'yAnnotations"'

/**
 * Reads the body of `POST /api/v2/spans`: a JSON list of spans, with all that Zipkin repairs on the way
 * (padding, lower case, dropped values, order of tags).
 *
 * @param body UTF-8, not compressed. Empty is an empty list.
 * @returns the spans, or the text that Zipkin answers with 400, for example
 * `traceId is empty reading List<Span> from json`. Integers past 2^53 lose their last digits.
 * @see zipkin `SpanBytesDecoder.JSON_V2`, `SpanBytesDecoderDetector`, `V2SpanReader`
 */
export function decodeZipkinSpans(body: Uint8Array): Result<ZipkinSpan[], string> {
  if (body.length === 0) return ok([])
  if (body[0] !== 0x5b) return err(NOT_A_LIST)
  const text = utf8.decode(body)
  if (text.includes(VERSION_1_MARK)) return err(VERSION_1)
  const plain = decodePlainSpans(text)
  return plain === undefined ? decodeCarefully(text) : ok(plain)
}

/**
 * Writes a JSON list of spans in Zipkin's order of fields and with its escapes.
 *
 * @see zipkin `V2SpanWriter`, `JsonEscaper`
 */
export function encodeZipkinSpans(spans: readonly ZipkinSpan[]): string {
  let json = '['
  for (const span of spans)
    json += json.length === 1 ? encodeZipkinSpan(span) : `,${encodeZipkinSpan(span)}`
  return `${json}]`
}

/** One span, as {@link encodeZipkinSpans} writes it. */
export function encodeZipkinSpan(span: ZipkinSpan): string {
  // A literal with all keys fixes their order; JSON.stringify leaves out those that are undefined.
  const json = JSON.stringify({
    traceId: span.traceId,
    parentId: span.parentId,
    id: span.id,
    kind: span.kind,
    name: span.name,
    timestamp: span.timestamp,
    duration: span.duration,
    localEndpoint: span.localEndpoint && orderEndpoint(span.localEndpoint),
    remoteEndpoint: span.remoteEndpoint && orderEndpoint(span.remoteEndpoint),
    annotations: span.annotations?.map(({ timestamp, value }) => ({ timestamp, value })),
    tags: undefined,
  })
  const tags = span.tags === undefined ? '' : encodeTags(span.tags)
  const flags = `${span.debug ? ',"debug":true' : ''}${span.shared ? ',"shared":true' : ''}`
  return `${escapeSeparators(json.slice(0, -1))}${tags}${flags}}`
}

const orderEndpoint = ({
  serviceName,
  ipv4,
  ipv6,
  port,
}: NonNullable<ZipkinSpan['localEndpoint']>) => ({
  serviceName,
  ipv4,
  ipv6,
  port,
})

/** By hand, since an object moves keys that look like integers to the front. */
function encodeTags(tags: Readonly<Record<string, string>>): string {
  const keys = Object.keys(tags)
  if (keys.length === 0) return ''
  const pairs = keys.sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(tags[key])}`)
  return `,"tags":{${escapeSeparators(pairs.join(','))}}`
}

const escapeSeparators = (json: string): string =>
  /[\u2028\u2029]/.test(json)
    ? json.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')
    : json
