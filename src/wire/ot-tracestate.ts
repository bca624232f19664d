/**
 * The `ot` member of `tracestate`: randomness `rv` and rejection threshold `th` of consistent probability
 * sampling. A trace is sampled when R ≥ T. Both are 56-bit numbers, held as 14 lower case hex digits, so that
 * comparing text compares numbers.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export interface OtMember {
  /** 14 hex digits. */
  readonly rv: string | undefined
  /** 14 hex digits, the trailing zeros restored. */
  readonly th: string | undefined
  /** The other subkeys, as they came. */
  readonly rest: readonly string[]
}

const NOTHING: OtMember = { rv: undefined, th: undefined, rest: [] }
const RV = /^[0-9a-f]{14}$/
const TH = /^[0-9a-f]{1,14}$/
const DIGITS = 14
const MAX_MEMBERS = 32
const MAX_VALUE = 256

/** @param traceState as `parseTracestate` gives it. A malformed `rv` or `th` is as good as none. */
export function readOtMember(traceState: string | undefined): OtMember {
  if (traceState === undefined || !traceState.includes('ot=')) return NOTHING
  const member = traceState.split(',').find((each) => each.startsWith('ot='))
  if (member === undefined) return NOTHING
  let rv: string | undefined
  let th: string | undefined
  const rest: string[] = []
  for (const field of member.slice('ot='.length).split(';')) {
    const value = field.slice('rv:'.length)
    if (field.startsWith('rv:')) rv = RV.test(value) ? value : undefined
    else if (field.startsWith('th:')) th = TH.test(value) ? value.padEnd(DIGITS, '0') : undefined
    else rest.push(field)
  }
  return { rv, th, rest }
}

/**
 * Puts the member first, as W3C asks of whoever changes one; takes it away when nothing is left in it.
 *
 * @returns the new `tracestate`, or `undefined` when it is empty
 */
export function withOtMember(traceState: string | undefined, ot: OtMember): string | undefined {
  const others = (traceState?.split(',') ?? []).filter((each) => !each.startsWith('ot='))
  const value = [
    ...(ot.rv === undefined ? [] : [`rv:${ot.rv}`]),
    ...(ot.th === undefined ? [] : [`th:${formatThreshold(ot.th)}`]),
    ...ot.rest,
  ].join(';')
  const members =
    value === '' || value.length > MAX_VALUE
      ? others
      : [`ot=${value}`, ...others.slice(0, MAX_MEMBERS - 1)]
  return members.length === 0 ? undefined : members.join(',')
}

/** The form on the wire: without trailing zeros, `0` for the threshold that every trace passes. */
export const formatThreshold = (th: string): string => th.replace(/0+$/, '') || '0'

const HALF = 2 ** 28
const HALF_DIGITS = 7

/** 2^56 − 1 − x, on 14 hex digits. */
export function complement(hex: string): string {
  const high = HALF - 1 - Number.parseInt(hex.slice(0, HALF_DIGITS), 16)
  const low = HALF - 1 - Number.parseInt(hex.slice(HALF_DIGITS), 16)
  return high.toString(16).padStart(HALF_DIGITS, '0') + low.toString(16).padStart(HALF_DIGITS, '0')
}

/**
 * T for a rate: 2^56 − rate·2^56, which is exact down to 2^-56.
 *
 * @param rate 0 to 1
 * @returns 14 hex digits; `undefined` for a rate that keeps nothing, which has no threshold
 */
export function thresholdOf(rate: number): string | undefined {
  const kept = Math.floor(Math.min(rate, 1) * 2 ** 56)
  if (!(kept >= 1)) return undefined
  return (2n ** 56n - BigInt(kept)).toString(16).padStart(DIGITS, '0')
}

/** The rate that a threshold stands for, over 0 to 1. */
export const rateOf = (th: string): number => 1 - Number.parseInt(th, 16) / 2 ** 56
