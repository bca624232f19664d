import type { Window } from './plan.ts'

/** What a range function makes of one series; `undefined` leaves it out. */
export type RangeFunction = (window: Window) => number | undefined

const SECOND_MS = 1_000
/** A sample this much further from an end than the usual distance means that the series begins or ends there. */
const NEAR_END = 1.1

/** How much a counter rose in the range, resets set aside. */
export const increase: RangeFunction = (window) => extrapolate(window, true)

export const rate: RangeFunction = (window) => {
  const rise = extrapolate(window, true)
  return rise === undefined ? undefined : (rise / (window.endMs - window.startMs)) * SECOND_MS
}

/** How much a gauge moved in the range. */
export const delta: RangeFunction = (window) => extrapolate(window, false)

/**
 * The difference of the last and the first sample, stretched to the ends of the range. Not past where a counter
 * would have been zero, and by half the usual distance only where a series begins or ends within the range.
 *
 * @see prometheus/promql/functions.go extrapolatedRate
 */
function extrapolate(window: Window, isCounter: boolean): number | undefined {
  const { timesMs, values, from, to, startMs, endMs } = window
  if (to - from < 2) return undefined
  const first = values[from] as number
  let difference = (values[to - 1] as number) - first
  if (isCounter)
    for (let i = from + 1; i < to; i++)
      if ((values[i] as number) < (values[i - 1] as number)) difference += values[i - 1] as number
  const firstMs = timesMs[from] as number
  const lastMs = timesMs[to - 1] as number
  const sampledMs = lastMs - firstMs
  const usualMs = sampledMs / (to - from - 1)
  let beforeMs = reachOf(firstMs - startMs, usualMs)
  if (isCounter && difference > 0 && first >= 0)
    beforeMs = Math.min(beforeMs, sampledMs * (first / difference))
  return difference * ((sampledMs + beforeMs + reachOf(endMs - lastMs, usualMs)) / sampledMs)
}

const reachOf = (gapMs: number, usualMs: number): number =>
  gapMs >= usualMs * NEAR_END ? usualMs / 2 : gapMs

export const idelta: RangeFunction = ({ values, from, to }) =>
  to - from < 2 ? undefined : (values[to - 1] as number) - (values[to - 2] as number)

/** Of the last two samples. */
export const irate: RangeFunction = ({ timesMs, values, from, to }) => {
  if (to - from < 2) return undefined
  const last = values[to - 1] as number
  const before = values[to - 2] as number
  const rise = last < before ? last : last - before
  return (rise / ((timesMs[to - 1] as number) - (timesMs[to - 2] as number))) * SECOND_MS
}

/** Slope per second of the straight line through all samples (least squares). */
export const deriv: RangeFunction = ({ timesMs, values, from, to }) => {
  const count = to - from
  if (count < 2) return undefined
  // From the first sample and the first value: sums of epoch times lose the digits that matter.
  const originMs = timesMs[from] as number
  const origin = values[from] as number
  if (!Number.isFinite(origin)) return Number.NaN
  let x = 0
  let y = 0
  let xy = 0
  let xx = 0
  for (let i = from; i < to; i++) {
    const seconds = ((timesMs[i] as number) - originMs) / SECOND_MS
    const value = (values[i] as number) - origin
    x += seconds
    y += value
    xy += seconds * value
    xx += seconds * seconds
  }
  return (xy - (x * y) / count) / (xx - (x * x) / count)
}

export const last: RangeFunction = ({ values, to }) => values[to - 1] as number

/** Not a number twice is no change, and neither is the sign of zero. */
export const changes: RangeFunction = (window) =>
  countPairs(window, (value, before) => !Object.is(value + 0, before + 0))

export const resets: RangeFunction = (window) =>
  countPairs(window, (value, before) => value < before)

function countPairs(
  { values, from, to }: Window,
  counts: (value: number, before: number) => boolean,
): number {
  let count = 0
  for (let i = from + 1; i < to; i++)
    if (counts(values[i] as number, values[i - 1] as number)) count++
  return count
}
