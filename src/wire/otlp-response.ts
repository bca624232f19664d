/**
 * Answers to `POST /v1/traces`, in the encoding of the request.
 *
 * @see opentelemetry-proto `collector/trace/v1/trace_service.proto`, `google/rpc/status.proto`,
 * `docs/specification.md`, "OTLP/HTTP Response"
 */
export type OtlpEncoding = 'protobuf' | 'json'

export interface OtlpPartialSuccess {
  readonly rejectedSpans: number
  readonly errorMessage: string
}

/** `ExportTraceServiceResponse`. Without a partial success everything was taken. */
export function encodeOtlpResponse(
  encoding: OtlpEncoding,
  partial?: OtlpPartialSuccess,
): Uint8Array | string {
  if (encoding === 'json') {
    if (partial === undefined) return '{}'
    const { rejectedSpans, errorMessage } = partial
    return JSON.stringify({
      partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage },
    })
  }
  if (partial === undefined) return new Uint8Array()
  const inner = [...integerField(1, partial.rejectedSpans), ...textField(2, partial.errorMessage)]
  return Uint8Array.from([...tag(1, 2), ...varint(inner.length), ...inner])
}

/** `google.rpc.Status`, the body of every refusal. @param code a gRPC status code, for example 3 */
export function encodeOtlpStatus(
  encoding: OtlpEncoding,
  code: number,
  message: string,
): Uint8Array | string {
  if (encoding === 'json') return JSON.stringify({ code, message })
  return Uint8Array.from([...integerField(1, code), ...textField(2, message)])
}

const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType)

const integerField = (field: number, value: number): number[] =>
  value === 0 ? [] : [...tag(field, 0), ...varint(value)]

function textField(field: number, text: string): number[] {
  const bytes = new TextEncoder().encode(text)
  return bytes.length === 0 ? [] : [...tag(field, 2), ...varint(bytes.length), ...bytes]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return bytes
}
