/**
 * Go's TraceIDRatioBased, bit for bit: bytes 8–15 big-endian, shifted right by one, less than rate·2^63.
 * The JS SDK's function of the same name is another one.
 *
 * @param traceId 32 hex digits
 * @param rate 0 to 1
 * @see opentelemetry-go `sdk/trace/sampling.go`
 */
export function isTraceIdSampled(traceId: string, rate: number): boolean {
  if (rate >= 1) return true
  if (!(rate > 0)) return false
  const high = Number.parseInt(traceId.slice(16, 24), 16)
  const low = Number.parseInt(traceId.slice(24, 32), 16)
  // rate·2^63 is exact: scaling by a power of two. Split at 32 bits, since doubles hold 53.
  const bound = Math.floor(rate * 2 ** 63)
  const boundHigh = Math.floor(bound / 2 ** 32)
  const shiftedHigh = high >>> 1
  if (shiftedHigh !== boundHigh) return shiftedHigh < boundHigh
  const shiftedLow = (((high & 1) << 31) | (low >>> 1)) >>> 0
  return shiftedLow < bound - boundHigh * 2 ** 32
}
