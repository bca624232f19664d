/**
 * The Zipkin v2 span, as it stands in the store and on the wire after normalisation.
 *
 * @see https://zipkin.io/zipkin-api/ `Span`, and zipkin's `SpanBytesDecoder` for what a reader repairs.
 */
export interface ZipkinSpan {
  /** 16 or 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits. */
  readonly id: string
  /** 16 lowercase hex digits. Absent for a root. */
  readonly parentId?: string
  readonly kind?: ZipkinKind
  /** Lower case, for example `calllocal/orders/checkout`. */
  readonly name?: string
  /** Start, integer microseconds since the epoch. */
  readonly timestamp?: number
  /** Integer microseconds, at least 1. */
  readonly duration?: number
  /** Who recorded the span; its service name is the app id. */
  readonly localEndpoint?: ZipkinEndpoint
  /** The other side of the call. */
  readonly remoteEndpoint?: ZipkinEndpoint
  /** Sorted by time, then value. */
  readonly annotations?: readonly ZipkinAnnotation[]
  readonly tags?: Readonly<Record<string, string>>
  /** Only ever `true`. */
  readonly debug?: true
  /** Only ever `true`: a B3 server that uses its client's span id. */
  readonly shared?: true
}

export const ZIPKIN_KINDS = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'] as const
export type ZipkinKind = (typeof ZIPKIN_KINDS)[number]

export interface ZipkinEndpoint {
  /** Lower case. */
  readonly serviceName?: string
  readonly ipv4?: string
  readonly ipv6?: string
  readonly port?: number
}

export interface ZipkinAnnotation {
  /** Integer microseconds since the epoch. */
  readonly timestamp: number
  readonly value: string
}
