import type { RangeSelector, Selector } from './ast.ts'
import { type Matcher, toMatcher } from './matchers.ts'
import type { MatrixPlan, PlanContext, VectorPlan, Window } from './plan.ts'
import { makeRow, type Span, type TakeRow } from './row.ts'
import { rowPlan } from './row-plan.ts'
import type { Series } from './sample-source.ts'

/** What a selector needs of the source, asked for before the first instant. */
export interface Need {
  readonly matchers: readonly Matcher[]
  /** Open end. */
  readonly fromMs: number
  /** Closed end. */
  readonly toMs: number
  /** Is handed each series that the source has. */
  take: (series: Series) => void
}

/** When a selector is asked at `timeMs`, this is when it looks. */
const timeShift = ({ at, offsetMs }: Selector, { startMs, endMs }: Span) => {
  const fixed = at === 'start' ? startMs : at === 'end' ? endMs : at
  return (timeMs: number): number => (fixed ?? timeMs) - offsetMs
}

/** What plans of selectors share. */
export interface SelectorSettings extends PlanContext {
  readonly lookbackMs: number
  /** Told of each selector; it is handed its series before the plan is asked. */
  need(need: Need): void
}

/** The last value of each series that is younger than `lookbackMs` and not stale. */
export function planSelector(
  selector: Selector,
  { span, lookbackMs, regexes, need, keep }: SelectorSettings,
): VectorPlan {
  const matchers = selector.matchers.map((text) => toMatcher(text, regexes))
  const shift = timeShift(selector, span)
  const needed = needOf(matchers, shift, span, lookbackMs)
  need(needed)
  const pick = (list: 'values' | 'timesMs'): VectorPlan =>
    rowPlan(span, keep, (take) => {
      needed.take = (series) => {
        const find = finder(series, lookbackMs)
        giveRow(take, series, span, (timeMs) => {
          const index = find(shift(timeMs))
          return index === undefined ? undefined : series[list][index]
        })
      }
    })
  return { ...pick('values'), selected: { matchers, times: () => pick('timesMs') } }
}

/** All samples of each series that are younger than `rangeMs`. */
export function planRange(
  { selector, rangeMs }: RangeSelector,
  { span, regexes, need, keep, touch }: SelectorSettings,
): MatrixPlan {
  const matchers = selector.matchers.map((text) => toMatcher(text, regexes))
  const shift = timeShift(selector, span)
  const windows: ((timeMs: number) => Window | undefined)[] = []
  const needed = needOf(matchers, shift, span, rangeMs)
  needed.take = (series) => {
    keep(series.timesMs.length)
    windows.push(slider(series, rangeMs))
  }
  need(needed)
  return {
    type: 'matrix',
    at: (timeMs) =>
      windows.flatMap((windowAt) => {
        const window = windowAt(shift(timeMs))
        if (window === undefined) return []
        touch(window.to - window.from)
        return [window]
      }),
    each: (apply) =>
      rowPlan(span, keep, (take) => {
        needed.take = (series) => {
          const windowAt = slider(series, rangeMs)
          giveRow(take, series, span, (timeMs) => {
            const window = windowAt(shift(timeMs))
            return window && apply(window)
          })
        }
      }),
    matchers,
  }
}

function giveRow(
  take: TakeRow,
  { labels }: Series,
  span: Span,
  value: (timeMs: number) => number | undefined,
): void {
  const row = makeRow(labels, span, value)
  if (row !== undefined) take(row)
}

const needOf = (
  matchers: readonly Matcher[],
  shift: (timeMs: number) => number,
  { startMs, endMs }: Span,
  backMs: number,
): Need => ({
  matchers,
  fromMs: shift(startMs) - backMs,
  toMs: shift(endMs),
  take: () => undefined,
})

/** Walks a series forward: the place of its value at an instant. */
function finder({ timesMs, endsMs }: Series, lookbackMs: number) {
  let behind = 0
  let end = 0
  return (timeMs: number): number | undefined => {
    behind = skip(timesMs, behind, timeMs)
    end = skip(endsMs, end, timeMs)
    const sampledMs = timesMs[behind - 1]
    if (sampledMs === undefined || sampledMs <= timeMs - lookbackMs) return undefined
    const staleMs = endsMs[end - 1]
    return staleMs === undefined || staleMs <= sampledMs ? behind - 1 : undefined
  }
}

/** Walks a series forward: its window at an instant, if there is anything in it. */
function slider({ labels, timesMs, values }: Series, rangeMs: number) {
  let from = 0
  let to = 0
  return (endMs: number): Window | undefined => {
    const startMs = endMs - rangeMs
    to = skip(timesMs, to, endMs)
    from = skip(timesMs, from, startMs)
    return from === to ? undefined : { labels, timesMs, values, from, to, startMs, endMs }
  }
}

/** The first index from `from` on whose time is after `timeMs`. Forward only: instants ascend. */
function skip(timesMs: ArrayLike<number>, from: number, timeMs: number): number {
  let index = from
  while (index < timesMs.length && (timesMs[index] as number) <= timeMs) index++
  return index
}
