/** One line of a chart. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Ascending in time. */
  readonly points: readonly Point[]
}

export interface Point {
  /** Epoch ms. */
  readonly atMs: number
  readonly value: number
}

export interface Exemplar extends Point {
  readonly traceId: string
}

/** What a board shows: epoch ms, and the distance of two points. */
export interface BoardWindow {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  /** For what has one value: `toMs` may lie a step back. */
  readonly nowMs: number
}

/** The lengths that can be chosen, with names as Grafana has them. */
export const LENGTHS_MS: Readonly<Record<string, number>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
}
export const DEFAULT_LENGTH = '15m'

/** Sidecars are scraped this often unless the backend was told otherwise. */
const SCRAPE_MS = 15_000
/** A point for each few pixels of a panel, and none between two scrapes. */
const MAX_POINTS = 180

/** Whole steps, so that a chart does not jitter from one load to the next. */
export function windowOf(lengthMs: number, nowMs: number): BoardWindow {
  const rough = lengthMs / MAX_POINTS
  const stepMs = Math.max(SCRAPE_MS, Math.ceil(rough / SCRAPE_MS) * SCRAPE_MS)
  const toMs = Math.floor(nowMs / stepMs) * stepMs
  return { fromMs: toMs - lengthMs, toMs, stepMs, nowMs }
}

/** Steps that people read times in. */
const TICKS_MIN = [1, 2, 5, 10, 15, 30, 60]
const MAX_TICKS = 5

/** Whole minutes in the window, five of them at most, none so late that its label finds no room. */
export function timeTicks({ fromMs, toMs }: BoardWindow): number[] {
  const widest = (toMs - fromMs) / (MAX_TICKS * 60_000)
  const stepMs = (TICKS_MIN.find((step) => step >= widest) ?? Math.ceil(widest)) * 60_000
  const first = Math.floor(fromMs / stepMs) + 1
  const count = Math.floor((toMs - (toMs - fromMs) / 40) / stepMs) - first + 1
  return Array.from({ length: count }, (_, i) => (first + i) * stepMs)
}

/** An expression as it is asked: with the app that was chosen, and an interval that holds four scrapes. */
export function fillIn(expr: string, app: string, { stepMs }: BoardWindow): string {
  const seconds = Math.max(4 * SCRAPE_MS, stepMs) / 1_000
  return expr
    .replaceAll('$__rate_interval', `${seconds}s`)
    .replaceAll('$namespace', '.*')
    .replaceAll('$app_id', app === '' ? '.+' : app.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&'))
}

/** `{{app_id}} p95` with the labels of a series. */
export const legendOf = (template: string, labels: Series['labels']): string =>
  template.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim()
