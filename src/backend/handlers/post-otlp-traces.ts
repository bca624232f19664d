import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import { headerValue, type Reply, readBody } from '../../net/index.ts'
import { decodeOtlpJson } from '../../wire/otlp-json.ts'
import { decodeOtlpProtobuf } from '../../wire/otlp-protobuf.ts'
import type { OtlpReadCode } from '../../wire/otlp-read-error.ts'
import {
  encodeOtlpResponse,
  encodeOtlpStatus,
  type OtlpEncoding,
  type OtlpPartialSuccess,
} from '../../wire/otlp-response.ts'
import { otlpToZipkin } from '../../wire/otlp-to-zipkin.ts'
import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import { inflateBody } from '../inflate-body.ts'
import type { BackendParts } from '../parts.ts'
import { plainText } from '../replies.ts'
import { toReply } from '../to-reply.ts'
import { DROP_REASONS } from './post-spans.ts'

const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/**
 * `POST /v1/traces`: OTLP over HTTP, stored as the Zipkin spans that they are the same as. Answers when the
 * spans are as safe as the store makes them, and not before.
 */
export const postOtlpTraces =
  (parts: BackendParts): Handler =>
  async (x) => {
    const encoding = encodingOf(x)
    if (encoding === undefined) {
      parts.meter.dropped('unsupported')
      return plainText(
        415,
        'OTLP is read as application/x-protobuf or application/json, plain or with Content-Encoding: gzip',
      )
    }
    try {
      return reply(200, encoding, encodeOtlpResponse(encoding, await ingest(parts, x, encoding)))
    } catch (error) {
      const reason = DROP_REASONS[codeOf(error) ?? '']
      if (reason !== undefined) parts.meter.dropped(reason)
      return refusal(error, encoding)
    }
  }

/** @returns what was refused of a message that was stored otherwise */
async function ingest(
  { settings, store, meter }: BackendParts,
  x: BackendExchange,
  encoding: OtlpEncoding,
): Promise<OtlpPartialSuccess | undefined> {
  const sent = await readBody(x.request, settings.maxBodyBytes)
  const body = isGzip(x) ? await inflateBody(sent, settings.maxBodyBytes) : sent
  const decode = encoding === 'json' ? decodeOtlpJson : decodeOtlpProtobuf
  const decoded = decode(body, { maxSpans: settings.maxBatchSpans })
  if (!decoded.ok)
    throw new Fault(FAULTS[decoded.error.code as OtlpReadCode], decoded.error.message)
  const { spans, rejectedSpans, reason = '' } = otlpToZipkin(decoded.value)
  if (spans.length === 0 && rejectedSpans > 0) throw new Fault('SPANS_MALFORMED', reason)
  if (spans.length > 0) {
    const batch = store.prepare(new TextEncoder().encode(encodeZipkin(spans)))
    if (!batch.ok) throw new Fault('SPANS_MALFORMED', batch.error)
    await batch.value.accept()
  }
  meter.ingested(spans.length, body.length)
  if (rejectedSpans > 0) return { rejectedSpans, errorMessage: reason }
  return decoded.value.length === 0 && hasSnakeCase(body)
    ? { rejectedSpans: 0, errorMessage: SNAKE_CASE }
    : undefined
}

/** Zipkin's form, without the text by which a store would take it for version 1: an attribute may hold it. */
const encodeZipkin = (spans: readonly ZipkinSpan[]): string =>
  encodeZipkinSpans(spans).replaceAll('yAnnotations"', 'y\\u0041nnotations"')

const FAULTS: Readonly<Record<OtlpReadCode, string>> = {
  OTLP_MALFORMED: 'SPANS_MALFORMED',
  OTLP_TOO_MANY_SPANS: 'SPANS_TOO_MANY',
  OTLP_TOO_LARGE: 'SPANS_TOO_MANY',
}

/** OTLP has unknown fields ignored; a sender whose spans all go that way must hear of it. */
const SNAKE_CASE =
  'nothing was read: keys of OTLP/JSON are in lowerCamelCase, so write resourceSpans for resource_spans'
const hasSnakeCase = (body: Uint8Array): boolean => Buffer.from(body).includes('"resource_spans"')

function encodingOf({ request }: BackendExchange): OtlpEncoding | undefined {
  const packing = headerValue(request.headers, 'content-encoding')?.trim().toLowerCase() ?? ''
  if (packing !== '' && packing !== 'identity' && packing !== 'gzip') return undefined
  const type = headerValue(request.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === CONTENT_TYPES.protobuf) return 'protobuf'
  return type === CONTENT_TYPES.json ? 'json' : undefined
}

const isGzip = ({ request }: BackendExchange): boolean =>
  headerValue(request.headers, 'content-encoding')?.trim().toLowerCase() === 'gzip'

const INVALID_ARGUMENT = 3
const UNAVAILABLE = 14

/** As every refusal of the backend, but with OTLP's body. @throws the error when it is a bug */
function refusal(error: unknown, encoding: OtlpEncoding): Reply {
  const plain = toReply(error)
  if (plain === undefined) throw error
  const isRetryable = plain.status === 503
  const status = encodeOtlpStatus(
    encoding,
    isRetryable ? UNAVAILABLE : INVALID_ARGUMENT,
    messageOf(error),
  )
  const retryAfter = headerValue(plain.headers, 'retry-after')
  return reply(
    plain.status,
    encoding,
    status,
    retryAfter === undefined ? [] : ['Retry-After', retryAfter],
  )
}

const reply = (
  status: number,
  encoding: OtlpEncoding,
  body: Uint8Array | string,
  headers: readonly string[] = [],
): Reply => ({
  status,
  headers: ['Content-Type', CONTENT_TYPES[encoding], ...headers],
  body,
})
