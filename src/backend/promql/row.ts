import type { Labels } from '../../wire/labels.ts'

/** Instants that a query is evaluated at, `stepMs` apart. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export const countOf = ({ startMs, endMs, stepMs }: Span): number =>
  Math.floor((endMs - startMs) / stepMs) + 1

/** The first is 0. */
export const indexOf = ({ startMs, stepMs }: Span, timeMs: number): number =>
  Math.round((timeMs - startMs) / stepMs)

/** What one series is at all instants. */
export interface Row {
  readonly labels: Labels
  readonly values: Float64Array
  /** 1 where there is a value. */
  readonly present: Uint8Array
}

/** Handed each row as soon as its series is loaded; nobody holds it afterwards who does not want to. */
export type TakeRow = (row: Row) => void

/** @param value at an instant; `undefined` leaves it out */
export function makeRow(
  labels: Labels,
  span: Span,
  value: (timeMs: number) => number | undefined,
): Row | undefined {
  const count = countOf(span)
  const values = new Float64Array(count)
  const present = new Uint8Array(count)
  let found = 0
  for (let i = 0; i < count; i++) {
    const made = value(span.startMs + i * span.stepMs)
    if (made === undefined) continue
    values[i] = made
    present[i] = 1
    found++
  }
  return found === 0 ? undefined : { labels, values, present }
}
