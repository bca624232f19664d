import type { RangeSelector, Selector } from './ast.ts'
import { type Matcher, toMatcher } from './matchers.ts'
import type { MatrixPlan, PlanContext, Sample, VectorPlan, Window } from './plan.ts'
import type { Series } from './sample-source.ts'

/** What a selector needs of the source, asked for before the first instant. */
export interface Need {
  readonly matchers: readonly Matcher[]
  /** Open end. */
  readonly fromMs: number
  /** Closed end. */
  readonly toMs: number
  /** What the source had. */
  series: readonly Series[]
}

/** Instants that a query is evaluated at. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** When a selector is asked at `timeMs`, this is when it looks. */
const timeShift = ({ at, offsetMs }: Selector, { startMs, endMs }: Span) => {
  const fixed = at === 'start' ? startMs : at === 'end' ? endMs : at
  return (timeMs: number): number => (fixed ?? timeMs) - offsetMs
}

/** What plans of selectors share. */
export interface SelectorSettings extends PlanContext {
  readonly span: Span
  readonly lookbackMs: number
  /** Told of each selector; its series are filled in before the plan is asked. */
  need(need: Need): void
}

/** The last value of each series that is younger than `lookbackMs` and not stale. */
export function planSelector(
  selector: Selector,
  { span, lookbackMs, regexes, need, touch }: SelectorSettings,
): VectorPlan {
  const matchers = selector.matchers.map((text) => toMatcher(text, regexes))
  const shift = timeShift(selector, span)
  const needed = needOf(matchers, shift, span, lookbackMs)
  need(needed)
  const pick = picker(needed, lookbackMs)
  const read = (list: 'values' | 'timesMs') => (timeMs: number) => {
    const out: Sample[] = []
    touch(needed.series.length)
    pick(shift(timeMs), (series, index) =>
      out.push({ labels: series.labels, value: series[list][index] as number }),
    )
    return out
  }
  return { type: 'vector', at: read('values'), selected: { matchers, timesAt: read('timesMs') } }
}

/** All samples of each series that are younger than `rangeMs`. */
export function planRange(
  { selector, rangeMs }: RangeSelector,
  { span, regexes, need, touch }: SelectorSettings,
): MatrixPlan {
  const matchers = selector.matchers.map((text) => toMatcher(text, regexes))
  const shift = timeShift(selector, span)
  const needed = needOf(matchers, shift, span, rangeMs)
  need(needed)
  const places: { from: number; to: number }[] = []
  const at = (timeMs: number): Window[] => {
    const endMs = shift(timeMs)
    const startMs = endMs - rangeMs
    const out: Window[] = []
    for (const [i, { labels, timesMs, values }] of needed.series.entries()) {
      places[i] ??= { from: 0, to: 0 }
      const place = places[i]
      place.to = skip(timesMs, place.to, endMs)
      place.from = skip(timesMs, place.from, startMs)
      const { from, to } = place
      if (from === to) continue
      touch(to - from)
      out.push({ labels, timesMs, values, from, to, startMs, endMs })
    }
    return out
  }
  // Nothing asks a range for its times alone.
  return { type: 'matrix', at, selected: { matchers, timesAt: () => [] } }
}

const needOf = (
  matchers: readonly Matcher[],
  shift: (timeMs: number) => number,
  { startMs, endMs }: Span,
  backMs: number,
): Need => ({ matchers, fromMs: shift(startMs) - backMs, toMs: shift(endMs), series: [] })

/** Walks every series forward to an instant and hands over those that have a value there. */
function picker(need: Need, lookbackMs: number) {
  const places: { behind: number; end: number }[] = []
  return (timeMs: number, take: (series: Series, index: number) => void): void => {
    for (const [i, series] of need.series.entries()) {
      places[i] ??= { behind: 0, end: 0 }
      const place = places[i]
      place.behind = skip(series.timesMs, place.behind, timeMs)
      place.end = skip(series.endsMs, place.end, timeMs)
      const index = place.behind - 1
      const sampledMs = series.timesMs[index]
      if (sampledMs === undefined || sampledMs <= timeMs - lookbackMs) continue
      const staleMs = series.endsMs[place.end - 1]
      if (staleMs === undefined || staleMs <= sampledMs) take(series, index)
    }
  }
}

/** The first index from `from` on whose time is after `timeMs`. Forward only: instants ascend. */
function skip(timesMs: ArrayLike<number>, from: number, timeMs: number): number {
  let index = from
  while (index < timesMs.length && (timesMs[index] as number) <= timeMs) index++
  return index
}
