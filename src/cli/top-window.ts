import { spanLabel } from '../telemetry/index.ts'
import type { TapEvent } from '../wire/tap-event.ts'
import { endsOf } from './tap-lines.ts'

/** What the last seconds say of one operation. */
export interface TopRow {
  readonly from: string
  readonly to: string
  readonly method: string
  /** Without ids. */
  readonly path: string
  readonly count: number
  /** A second. */
  readonly rate: number
  /** 0 to 1. */
  readonly success: number
  readonly p50Us: number
  readonly p99Us: number
  readonly worstUs: number
  readonly lastUs: number
  /** 0 to 1: how many of them are traced. */
  readonly sampled: number
}

export interface TopWindow {
  add(event: TapEvent): void
  /** That many more there were, of which nothing else is known. */
  skip(count: number): void
  /** Busiest first. */
  rows(nowMs: number): readonly TopRow[]
  /** Share of all requests that was seen: 0 to 1. */
  seen(): number
}

interface Seen {
  readonly atMs: number
  /** 0 for those that were left out. */
  readonly event: TapEvent | undefined
  readonly count: number
}

/** @param windowMs what is older is forgotten @param elapsedMs now, on a clock that only goes on */
export function createTopWindow(windowMs: number, elapsedMs: () => number): TopWindow {
  const startMs = elapsedMs()
  let all: Seen[] = []
  const push = (event: TapEvent | undefined, count: number): void => {
    all.push({ atMs: elapsedMs(), event, count })
  }
  const seen = (): number => {
    const total = all.reduce((sum, { count }) => sum + count, 0)
    const told = all.reduce((sum, { event }) => sum + (event === undefined ? 0 : 1), 0)
    return total === 0 ? 1 : told / total
  }
  return {
    add: (event) => push(event, 1),
    skip: (count) => (count === 0 ? undefined : push(undefined, count)),
    seen,
    rows(nowMs) {
      all = all.filter(({ atMs }) => atMs > nowMs - windowMs)
      const spanS = Math.max(1, Math.min(windowMs, nowMs - startMs) / 1_000)
      const groups = new Map<string, TapEvent[]>()
      for (const { event } of all) {
        if (event === undefined) continue
        const { from, to } = endsOf(event)
        const key = JSON.stringify([from, to, event.method, spanLabel(event.path)])
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [event])
        else group.push(event)
      }
      const share = seen()
      return [...groups.values()]
        .map((events) => toRow(events, spanS * share))
        .sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
    },
  }
}

function toRow(events: readonly TapEvent[], seconds: number): TopRow {
  const first = events[0] as TapEvent
  const durations = events.map(({ durationUs }) => durationUs).sort((a, b) => a - b)
  const rank = (share: number): number =>
    durations[Math.max(0, Math.ceil(durations.length * share) - 1)] ?? 0
  const shareOf = (is: (event: TapEvent) => boolean): number =>
    events.filter(is).length / events.length
  return {
    ...endsOf(first),
    method: first.method,
    path: spanLabel(first.path),
    count: events.length,
    rate: events.length / seconds,
    success: shareOf(({ failed }) => !failed),
    p50Us: rank(0.5),
    p99Us: rank(0.99),
    worstUs: rank(1),
    lastUs: events.at(-1)?.durationUs ?? 0,
    sampled: shareOf(({ sampled }) => sampled),
  }
}
