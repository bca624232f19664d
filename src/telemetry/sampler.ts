import { FLAG_SAMPLED } from '../wire/traceparent.ts'
import type { SpanContext } from './span-context.ts'

/** What is in force, as compiled from a Configuration by `policy`. */
export interface SamplingPolicy {
  /** `false`: no span is made and context headers pass byte for byte. */
  readonly enabled: boolean
  /** Share of root traces that is kept, 0 to 1. */
  readonly rate: number
}

export interface Decision {
  readonly sampled: boolean
  /** What decided: a label of bounded values, for the metric and the span tag. */
  readonly rule: 'parent' | 'rate'
}

export interface Sampler {
  /** `undefined` when tracing is off. Reads the policy once, so a change never splits a request. */
  decide(
    traceId: string,
    parent: SpanContext | undefined,
    decided: boolean | undefined,
  ): Decision | undefined
}

const KEPT_BY_PARENT: Decision = { sampled: true, rule: 'parent' }
const LEFT_BY_PARENT: Decision = { sampled: false, rule: 'parent' }
const KEPT_BY_RATE: Decision = { sampled: true, rule: 'rate' }
const LEFT_BY_RATE: Decision = { sampled: false, rule: 'rate' }

/**
 * daprd's sampler: `ParentBased(TraceIDRatioBased(rate))`. A parent decides, whatever the rate; a root is
 * decided by its trace id, so all who see the id decide alike.
 *
 * @see dapr `pkg/diagnostics/tracing_sampler.go`
 */
export const createSampler = (policy: () => SamplingPolicy): Sampler => ({
  decide(traceId, parent, decided) {
    const { enabled, rate } = policy()
    if (!enabled) return undefined
    if (parent !== undefined)
      return (parent.flags & FLAG_SAMPLED) !== 0 ? KEPT_BY_PARENT : LEFT_BY_PARENT
    if (decided !== undefined) return decided ? KEPT_BY_PARENT : LEFT_BY_PARENT
    return isTraceIdSampled(traceId, rate) ? KEPT_BY_RATE : LEFT_BY_RATE
  },
})

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
