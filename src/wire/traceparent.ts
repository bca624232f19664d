/**
 * The `traceparent` header, strictly.
 *
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export interface TraceParent {
  /** 32 lowercase hex digits, not all zero, for example `4bf92f3577b34da6a3ce929d0e0e4736`. */
  readonly traceId: string
  /** 16 lowercase hex digits, not all zero, for example `00f067aa0ba902b7`. */
  readonly spanId: string
  /** Known bits only: {@link FLAG_SAMPLED}, {@link FLAG_RANDOM}. Reserved bits are zeroed. */
  readonly flags: number
}

export const FLAG_SAMPLED = 0x01
/** Level 2: the low 7 bytes of the trace id are random. */
export const FLAG_RANDOM = 0x02
const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM

/** `00-` + 32 + `-` + 16 + `-` + 2. */
const LENGTH = 55
const ZERO_TRACE_ID = '0'.repeat(32)
const ZERO_SPAN_ID = '0'.repeat(16)

/**
 * Reads one header value. Versions above 00 are read by their first four fields, as the text asks.
 *
 * @returns `undefined` for anything invalid: then the trace restarts here
 */
export function parseTraceparent(value: string): TraceParent | undefined {
  if (value.length < LENGTH) return undefined
  if (value[2] !== '-' || value[35] !== '-' || value[52] !== '-') return undefined
  if (!isLowerHex(value, 0, 2) || !isLowerHex(value, 3, 35) || !isLowerHex(value, 36, 52))
    return undefined
  if (!isLowerHex(value, 53, 55)) return undefined
  const version = value.slice(0, 2)
  if (version === 'ff') return undefined
  if (value.length > LENGTH && (version === '00' || value[LENGTH] !== '-')) return undefined
  const traceId = value.slice(3, 35)
  const spanId = value.slice(36, 52)
  if (traceId === ZERO_TRACE_ID || spanId === ZERO_SPAN_ID) return undefined
  return { traceId, spanId, flags: Number.parseInt(value.slice(53, 55), 16) & KNOWN_FLAGS }
}

/** Always version 00. */
export const formatTraceparent = (context: TraceParent): string =>
  `00-${context.traceId}-${context.spanId}-0${context.flags.toString(16)}`

function isLowerHex(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}
