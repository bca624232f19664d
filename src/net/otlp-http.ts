import { Fault } from '../base/fault.ts'
import { decodeOtlpJson } from '../wire/otlp-json.ts'
import { decodeOtlpProtobuf } from '../wire/otlp-protobuf.ts'
import type { OtlpReadCode } from '../wire/otlp-read-error.ts'
import { encodeOtlpStatus, type OtlpEncoding } from '../wire/otlp-response.ts'
import type { OtlpResourceSpans } from '../wire/otlp-span.ts'
import { headerValue } from './headers.ts'
import { inflateBody } from './inflate-body.ts'
import type { Reply, Request } from './message.ts'
import { readBody } from './read-body.ts'

/** One `ExportTraceServiceRequest` that has come by OTLP over HTTP. */
export interface OtlpMessage {
  readonly resources: readonly OtlpResourceSpans[]
  /** Unpacked. */
  readonly body: Uint8Array
}

export interface OtlpHttpLimits {
  /** Of the body, as it comes and unpacked. */
  readonly maxBodyBytes: number
  readonly maxSpans: number
}

const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** What a sender of anything else is told, with a 415. */
export const OTLP_UNSUPPORTED =
  'OTLP is read as application/x-protobuf or application/json, plain or with Content-Encoding: gzip'

/** By its type and packing. @returns `undefined` for what cannot be read */
export function otlpEncodingOf({ headers }: Pick<Request, 'headers'>): OtlpEncoding | undefined {
  const packing = packingOf(headers)
  if (packing !== '' && packing !== 'identity' && packing !== 'gzip') return undefined
  const type = headerValue(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === CONTENT_TYPES.protobuf) return 'protobuf'
  return type === CONTENT_TYPES.json ? 'json' : undefined
}

const packingOf = (headers: Request['headers']): string =>
  headerValue(headers, 'content-encoding')?.trim().toLowerCase() ?? ''

/** @throws Fault `SPANS_MALFORMED`, `SPANS_TOO_MANY`, `ERR_BODY_TOO_LARGE`, `ERR_BODY_READ` */
export async function readOtlpTraces(
  request: Request,
  encoding: OtlpEncoding,
  { maxBodyBytes, maxSpans }: OtlpHttpLimits,
): Promise<OtlpMessage> {
  const sent = await readBody(request, maxBodyBytes)
  const isGzip = packingOf(request.headers) === 'gzip'
  const body = isGzip ? await inflateBody(sent, maxBodyBytes) : sent
  const decode = encoding === 'json' ? decodeOtlpJson : decodeOtlpProtobuf
  const decoded = decode(body, { maxSpans })
  if (!decoded.ok)
    throw new Fault(FAULTS[decoded.error.code as OtlpReadCode], decoded.error.message)
  return { resources: decoded.value, body }
}

const FAULTS: Readonly<Record<OtlpReadCode, string>> = {
  OTLP_MALFORMED: 'SPANS_MALFORMED',
  OTLP_TOO_MANY_SPANS: 'SPANS_TOO_MANY',
  OTLP_TOO_LARGE: 'SPANS_TOO_MANY',
}

const INVALID_ARGUMENT = 3
const UNAVAILABLE = 14

/** A refusal with OTLP's body. A 503 asks the sender to come again. */
export const refuseOtlp = (
  encoding: OtlpEncoding,
  status: number,
  message: string,
  headers: readonly string[] = [],
): Reply =>
  otlpReply(
    status,
    encoding,
    encodeOtlpStatus(encoding, status === 503 ? UNAVAILABLE : INVALID_ARGUMENT, message),
    headers,
  )

export const otlpReply = (
  status: number,
  encoding: OtlpEncoding,
  body: Uint8Array | string,
  headers: readonly string[] = [],
): Reply => ({
  status,
  headers: ['Content-Type', CONTENT_TYPES[encoding], ...headers],
  body,
})
