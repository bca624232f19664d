import type { Labels } from '../../wire/labels.ts'
import type { Matcher, Regexes } from './matchers.ts'
import type { Span, TakeRow } from './row.ts'

/** One value of a vector. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** Samples of one series in a range: those of `values` from `from` until before `to`. */
export interface Window {
  readonly labels: Labels
  readonly timesMs: Float64Array
  readonly values: Float64Array
  readonly from: number
  readonly to: number
  /** Open end of the range. */
  readonly startMs: number
  /** Closed end of the range. */
  readonly endMs: number
}

/**
 * A planned expression: what it is at an instant. Asked for ascending instants only, because each selector in it
 * keeps a place in its samples; and it keeps labels that it has made, for the next instant.
 */
export type Plan = ScalarPlan | VectorPlan | MatrixPlan | StringPlan

export interface ScalarPlan {
  readonly type: 'scalar'
  at(timeMs: number): number
}

export interface VectorPlan {
  readonly type: 'vector'
  at(timeMs: number): readonly Sample[]
  /** Instead of `at`, and before anything is loaded: what is worked out series by series. */
  stream?(take: TakeRow): void
  /** Of a bare selector. */
  readonly selected?: Selected
}

export interface MatrixPlan {
  readonly type: 'matrix'
  /** Series without a sample in the range are left out. */
  at(timeMs: number): readonly Window[]
  /** Instead of `at`: what a function makes of each series, of whose samples nothing is kept then. */
  each(apply: (window: Window) => number | undefined): VectorPlan & { stream(take: TakeRow): void }
  readonly matchers: readonly Matcher[]
}

export interface StringPlan {
  readonly type: 'string'
  readonly value: string
}

/** What functions that ask more of a selector than its values need of it. */
export interface Selected {
  readonly matchers: readonly Matcher[]
  /** Instead of the plan: the samples' own times instead of their values, in ms. */
  times(): VectorPlan
}

/** What functions may need beside their arguments. */
export interface PlanContext {
  readonly regexes: Regexes
  readonly span: Span
  /** Counts numbers that are held until the query ends, and throws when they are too many. */
  keep(numbers: number): void
  /** Counts samples that are read, and throws when an instant takes too many. */
  touch(samples: number): void
}

export const vectorPlan = (at: VectorPlan['at']): VectorPlan => ({ type: 'vector', at })
export const scalarPlan = (at: ScalarPlan['at']): ScalarPlan => ({ type: 'scalar', at })

/** Types were checked when the query was read: a wrong one here is a bug. */
export function asType<T extends Plan['type']>(
  plan: Plan | undefined,
  type: T,
): Extract<Plan, { type: T }> {
  if (plan?.type !== type) throw new Error(`expected a plan of type ${type}`)
  return plan as Extract<Plan, { type: T }>
}
