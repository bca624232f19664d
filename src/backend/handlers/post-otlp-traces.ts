import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import {
  headerValue,
  OTLP_UNSUPPORTED,
  otlpEncodingOf,
  otlpReply,
  type Reply,
  readOtlpTraces,
  refuseOtlp,
} from '../../net/index.ts'
import {
  encodeOtlpResponse,
  type OtlpEncoding,
  type OtlpPartialSuccess,
} from '../../wire/otlp-response.ts'
import { otlpToZipkin } from '../../wire/otlp-to-zipkin.ts'
import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { plainText } from '../replies.ts'
import { toReply } from '../to-reply.ts'
import { DROP_REASONS } from './post-spans.ts'

/**
 * `POST /v1/traces`: OTLP over HTTP, stored as the Zipkin spans that they are the same as. Answers when the
 * spans are as safe as the store makes them, and not before.
 */
export const postOtlpTraces =
  (parts: BackendParts): Handler =>
  async (x) => {
    const encoding = otlpEncodingOf(x.request)
    if (encoding === undefined) {
      parts.meter.dropped('unsupported')
      return plainText(415, OTLP_UNSUPPORTED)
    }
    try {
      return otlpReply(
        200,
        encoding,
        encodeOtlpResponse(encoding, await ingest(parts, x, encoding)),
      )
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
  const { resources, body } = await readOtlpTraces(x.request, encoding, {
    maxBodyBytes: settings.maxBodyBytes,
    maxSpans: settings.maxBatchSpans,
  })
  const { spans, rejectedSpans, reason = '' } = otlpToZipkin(resources)
  if (spans.length === 0 && rejectedSpans > 0) throw new Fault('SPANS_MALFORMED', reason)
  if (spans.length > 0) {
    const batch = store.prepare(new TextEncoder().encode(encodeZipkin(spans)))
    if (!batch.ok) throw new Fault('SPANS_MALFORMED', batch.error)
    await batch.value.accept()
  }
  meter.ingested(spans.length, body.length)
  if (rejectedSpans > 0) return { rejectedSpans, errorMessage: reason }
  return resources.length === 0 && hasSnakeCase(body)
    ? { rejectedSpans: 0, errorMessage: SNAKE_CASE }
    : undefined
}

/** Zipkin's form, without the text by which a store would take it for version 1: an attribute may hold it. */
const encodeZipkin = (spans: readonly ZipkinSpan[]): string =>
  encodeZipkinSpans(spans).replaceAll('yAnnotations"', 'y\\u0041nnotations"')

/** OTLP has unknown fields ignored; a sender whose spans all go that way must hear of it. */
const SNAKE_CASE =
  'nothing was read: keys of OTLP/JSON are in lowerCamelCase, so write resourceSpans for resource_spans'
const hasSnakeCase = (body: Uint8Array): boolean => Buffer.from(body).includes('"resource_spans"')

/** As every refusal of the backend, but with OTLP's body. @throws the error when it is a bug */
function refusal(error: unknown, encoding: OtlpEncoding): Reply {
  const plain = toReply(error)
  if (plain === undefined) throw error
  const retryAfter = headerValue(plain.headers, 'retry-after')
  return refuseOtlp(
    encoding,
    plain.status,
    messageOf(error),
    retryAfter === undefined ? [] : ['Retry-After', retryAfter],
  )
}
