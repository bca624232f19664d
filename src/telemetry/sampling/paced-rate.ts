import { complement, readOtMember, thresholdOf } from '../../wire/ot-tracestate.ts'
import type { SpanContext } from '../span-context.ts'
import type { Decision } from './policy.ts'

/** A rate with the decisions that it leads to, made once. */
export interface RatedDecision {
  readonly rate: number
  /** T. Absent: the rate keeps nothing. */
  readonly threshold: string | undefined
  /** 2^56 - 1 - T: the same bound for bits that are R's complement. */
  readonly ceiling: string | undefined
  readonly kept: Decision
  readonly left: Decision
}

export function rateDecision(rule: string, rate: number): RatedDecision {
  const threshold = thresholdOf(rate)
  return {
    rate,
    threshold,
    ceiling: threshold && complement(threshold),
    kept: { sampled: true, rule, threshold },
    left: { sampled: false, rule, threshold: undefined },
  }
}

/**
 * R of a trace: what it brought along; for a root, Go's choice of bits, so that `R ≥ T` is the decision of
 * `TraceIDRatioBased`; for another's root, the bits that OpenTelemetry names.
 */
export const randomnessOf = (traceId: string, parent: SpanContext | undefined): string =>
  parent === undefined ? complement(bitsOfGo(traceId)) : randomnessOfParent(traceId, parent)

const randomnessOfParent = (traceId: string, { traceState }: SpanContext): string =>
  readOtMember(traceState).rv ?? traceId.slice(18)

const bitsOfGo = (traceId: string): string => traceId.slice(16, 30)

/**
 * A trace is sampled when R ≥ T. All have 14 digits, so text compares as numbers do; for a root the
 * complements are compared, which spares the arithmetic.
 */
export function isSampledBy(
  { threshold, ceiling }: RatedDecision,
  traceId: string,
  parent: SpanContext | undefined,
): boolean {
  if (threshold === undefined || ceiling === undefined) return false
  return parent === undefined
    ? bitsOfGo(traceId) <= ceiling
    : randomnessOfParent(traceId, parent) >= threshold
}

const SECOND_MS = 1_000

/**
 * A rate that is lowered each second so that arrivals like those of the second before stay within a budget.
 * Lowering the rate, instead of taking the first that come, keeps every request's chance the same and counts
 * that scale up right.
 */
export interface PacedRate {
  /** What is in force for one more arrival. @param nowMs monotonic */
  arrive(nowMs: number): RatedDecision
  current(): RatedDecision
}

export function createPacedRate(rule: string, rate: number, perSecond: number): PacedRate {
  const full = rateDecision(rule, rate)
  let current = full
  let arrivals = 0
  let sinceMs = Number.NEGATIVE_INFINITY
  return {
    arrive(nowMs) {
      const passedMs = nowMs - sinceMs
      if (passedMs >= SECOND_MS) {
        // A pause of seconds says that the load of before is over.
        const expected = passedMs >= 2 * SECOND_MS ? 0 : (arrivals * SECOND_MS) / passedMs
        const paced = expected * rate <= perSecond ? rate : perSecond / expected
        if (paced !== current.rate) current = paced === rate ? full : rateDecision(rule, paced)
        arrivals = 0
        sinceMs = nowMs
      }
      arrivals++
      return current
    },
    current: () => current,
  }
}
