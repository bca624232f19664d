/**
 * OTLP spans as they are read, whichever of the two encodings they came in. Only what Sidelight keeps.
 *
 * @see opentelemetry-proto `trace/v1/trace.proto`, `common/v1/common.proto`
 */

/** An `AnyValue`. `undefined` is the value that is not set; bytes are base64 text. */
export type OtlpValue =
  | string
  | boolean
  | number
  | bigint
  | readonly OtlpValue[]
  | { readonly base64: string }
  | { readonly pairs: readonly OtlpAttribute[] }
  | undefined

export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

export interface OtlpEvent {
  readonly timeUnixNano: bigint
  readonly name: string
  readonly attributes: readonly OtlpAttribute[]
}

export interface OtlpLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly attributes: readonly OtlpAttribute[]
}

/** Absent fields have the value that protobuf gives them: `''`, `0`, `[]`. */
export interface OtlpSpan {
  /** Lowercase hex of whatever length came in. */
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  attributes: OtlpAttribute[]
  events: OtlpEvent[]
  links: OtlpLink[]
  droppedAttributesCount: number
  droppedEventsCount: number
  droppedLinksCount: number
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number
  statusMessage: string
}

export interface OtlpScopeSpans {
  scopeName: string
  scopeVersion: string
  spans: OtlpSpan[]
}

export interface OtlpResourceSpans {
  attributes: OtlpAttribute[]
  scopes: OtlpScopeSpans[]
}

export const emptyOtlpSpan = (): OtlpSpan => ({
  traceId: '',
  spanId: '',
  parentSpanId: '',
  traceState: '',
  name: '',
  kind: 0,
  startTimeUnixNano: 0n,
  endTimeUnixNano: 0n,
  attributes: [],
  events: [],
  links: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  statusCode: 0,
  statusMessage: '',
})
