import type { Trace } from '../../wire/trace/trace.ts'
import { type ChangeMark, markChanges, type SamplingChange } from './sampling-changes.ts'

interface Tick {
  readonly us: number
  /** 0 at the left or the bottom, 1 at the right or the top. */
  readonly share: number
}

export interface Plot {
  readonly points: readonly { readonly trace: Trace; readonly x: number; readonly y: number }[]
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  /** Where sampling changed. */
  readonly marks: readonly ChangeMark[]
}

const EDGE = 0.02
const TOP = 0.1
/** Traces often end where sampling changes, so the axis goes on to a change that is this near, as a share of it. */
const REACH = 1 / 3

/**
 * Places traces by start and duration, failed ones last, to be drawn over the others. Durations that
 * differ more than 30-fold get a log scale.
 */
export function placePoints(
  traces: readonly Trace[],
  changes: readonly SamplingChange[] = [],
): Plot {
  const timed = traces.filter((trace) => trace.startUs > 0)
  if (timed.length === 0) return { points: [], xTicks: [], yTicks: [], marks: [] }
  const starts = timed.map((trace) => trace.startUs)
  const durations = timed.map((trace) => Math.max(1, trace.durationUs))
  const near = changesNear(changes, Math.min(...starts), Math.max(...starts))
  const moments = [...starts, ...near.map(({ atUs }) => atUs)]
  const firstUs = Math.min(...moments)
  const lastUs = Math.max(...moments)
  const shortestUs = Math.min(...durations)
  const longestUs = Math.max(...durations)
  const isLog = longestUs / shortestUs > 30
  const y = isLog ? logScale(shortestUs, longestUs) : (us: number) => (us / longestUs) * (1 - TOP)
  const x = (us: number): number =>
    lastUs === firstUs ? 0.5 : EDGE + ((us - firstUs) / (lastUs - firstUs)) * (1 - 2 * EDGE)
  const middleUs = (firstUs + lastUs) / 2
  const failedLast = timed.toSorted(
    (a, b) => Math.sign(a.errors.length) - Math.sign(b.errors.length),
  )
  return {
    points: failedLast.map((trace) => ({
      trace,
      x: x(trace.startUs),
      y: y(Math.max(1, trace.durationUs)),
    })),
    xTicks: (lastUs === firstUs ? [firstUs] : [firstUs, middleUs, lastUs]).map((us) => ({
      us,
      share: x(us),
    })),
    yTicks: (isLog ? decades(shortestUs, longestUs) : linearTicks(longestUs)).map((us) => ({
      us,
      share: y(us),
    })),
    marks: markChanges(near, x),
  }
}

function changesNear(
  changes: readonly SamplingChange[],
  firstUs: number,
  lastUs: number,
): readonly SamplingChange[] {
  const reachUs = (lastUs - firstUs) * REACH
  return changes.filter(({ atUs }) => atUs >= firstUs - reachUs && atUs <= lastUs + reachUs)
}

function logScale(shortestUs: number, longestUs: number): (us: number) => number {
  const low = Math.log10(shortestUs)
  const range = Math.log10(longestUs) - low
  return (us) => 0.06 + ((Math.log10(us) - low) / range) * (1 - TOP - 0.06)
}

function decades(shortestUs: number, longestUs: number): number[] {
  const ticks: number[] = []
  for (let us = 10 ** Math.ceil(Math.log10(shortestUs)); us <= longestUs; us *= 10) ticks.push(us)
  return ticks.length > 4 ? ticks.filter((_, i) => i % 2 === 0) : ticks
}

function linearTicks(longestUs: number): number[] {
  const power = 10 ** Math.floor(Math.log10(longestUs / 2))
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => longestUs / s < 4) ?? longestUs
  const ticks: number[] = []
  for (let us = step; us <= longestUs; us += step) ticks.push(us)
  return ticks
}
