import type { Trace } from '../../wire/trace/trace.ts'
import type { Sort } from './search-query.ts'

const ORDERS: Readonly<Record<Sort, (a: Trace, b: Trace) => number>> = {
  newest: (a, b) => b.startUs - a.startUs,
  longest: (a, b) => b.durationUs - a.durationUs,
  spans: (a, b) => b.nodes.length - a.nodes.length,
  errors: (a, b) => b.errors.length - a.errors.length,
}

/** A sorted copy; equal traces stand newest first. */
export const sortTraces = (traces: readonly Trace[], sort: Sort): Trace[] =>
  [...traces].sort((a, b) => ORDERS[sort](a, b) || ORDERS.newest(a, b))
