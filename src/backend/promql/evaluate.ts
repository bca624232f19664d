import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { compareLabels, type Labels, NO_LABELS } from '../../wire/labels.ts'
import type { Query } from './parse.ts'
import { asType, type Plan, type Sample } from './plan.ts'
import { planExpression } from './plan-expression.ts'
import type { Span } from './row.ts'
import type { SampleSource } from './sample-source.ts'
import type { Need } from './selectors.ts'
import { createTurnTaker, type TurnTaker } from './turn-taker.ts'

export interface EvaluationDeps {
  readonly source: SampleSource
  readonly clock: Clock
  readonly limits: EvaluationLimits
  /** Nobody waits for the answer any more. */
  readonly isGone: () => boolean
}

export interface EvaluationLimits {
  /** Instants of a range query. */
  readonly maxSteps: number
  /** Held for a query and put into its answer. Up to 16 bytes each. */
  readonly maxSamples: number
  /** Read at one instant, which is worked out in one go. */
  readonly maxStepSamples: number
  readonly timeoutMs: number
  /** How long a sample is a series' value. */
  readonly lookbackMs: number
}

export const EVALUATION_LIMITS: EvaluationLimits = {
  maxSteps: 11_000,
  maxSamples: 5_000_000,
  maxStepSamples: 1_000_000,
  timeoutMs: 30_000,
  lookbackMs: 300_000,
}

/** Values of one series, ascending in time. */
export interface Points {
  readonly labels: Labels
  readonly timesMs: ArrayLike<number>
  readonly values: ArrayLike<number>
}

export type InstantResult =
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly timeMs: number; readonly samples: readonly Sample[] }
  | MatrixResult

export interface MatrixResult {
  readonly type: 'matrix'
  readonly series: readonly Points[]
}

/**
 * What a query is at one instant.
 * @throws Fault `PROMQL_INVALID`, `PROMQL_EXECUTION`, `PROMQL_TIMEOUT`, `PROMQL_CANCELED`
 */
export async function evaluateInstant(
  query: Query,
  timeMs: number,
  deps: EvaluationDeps,
): Promise<InstantResult> {
  const { plan } = await prepare(query, { startMs: timeMs, endMs: timeMs, stepMs: 1 }, deps)
  switch (plan.type) {
    case 'scalar':
      return { type: 'scalar', timeMs, value: plan.at(timeMs) }
    case 'string':
      return { type: 'string', timeMs, value: plan.value }
    case 'vector':
      return { type: 'vector', timeMs, samples: plan.at(timeMs) }
    case 'matrix':
      return {
        type: 'matrix',
        series: plan
          .at(timeMs)
          .map(({ labels, timesMs, values, from, to }) => ({
            labels,
            timesMs: timesMs.subarray(from, to),
            values: values.subarray(from, to),
          }))
          .sort(byLabels),
      }
  }
}

/**
 * What a query is at each step; between two of them requests are served.
 * @throws Fault as {@link evaluateInstant}
 */
export async function evaluateRange(
  query: Query,
  span: Span,
  deps: EvaluationDeps,
): Promise<MatrixResult> {
  const { startMs, endMs, stepMs } = span
  const { maxSteps } = deps.limits
  if ((endMs - startMs) / stepMs > maxSteps)
    throw new Fault(
      'PROMQL_INVALID',
      `exceeded maximum resolution of ${maxSteps.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    )
  if (query.type !== 'vector' && query.type !== 'scalar')
    throw new Fault(
      'PROMQL_INVALID',
      `invalid expression type "${query.type}" for range query, must be Scalar or instant Vector`,
    )
  const { plan, turns, budget } = await prepare(query, span, deps)
  const samplesAt = plan.type === 'scalar' ? lift(plan.at) : asType(plan, 'vector').at
  const found = new Map<string, { labels: Labels; timesMs: number[]; values: number[] }>()
  for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
    if (turns.isDue()) await turns.rest()
    budget.beginStep()
    const samples = samplesAt(timeMs)
    budget.keep(samples.length)
    for (const { labels, value } of samples) {
      let points = found.get(labels.key)
      if (points === undefined) {
        points = { labels, timesMs: [], values: [] }
        found.set(labels.key, points)
      }
      points.timesMs.push(timeMs)
      points.values.push(value)
    }
  }
  return { type: 'matrix', series: [...found.values()].sort(byLabels) }
}

const byLabels = (a: Points, b: Points): number => compareLabels(a.labels, b.labels)

/** A number at each step is a series without labels. */
const lift =
  (at: (timeMs: number) => number) =>
  (timeMs: number): Sample[] => [{ labels: NO_LABELS, value: at(timeMs) }]

interface Prepared {
  readonly plan: Plan
  readonly turns: TurnTaker
  readonly budget: Budget
}

/** Plans the query and loads what it selects. */
async function prepare(query: Query, span: Span, deps: EvaluationDeps): Promise<Prepared> {
  const { source, clock, limits, isGone } = deps
  const turns = createTurnTaker(clock, limits.timeoutMs, isGone)
  const budget = createBudget(limits)
  const needs: Need[] = []
  const plan = planExpression(query.expression, {
    regexes: query.regexes,
    touch: budget.touch,
    keep: budget.keep,
    span,
    lookbackMs: limits.lookbackMs,
    need: (need) => needs.push(need),
  })
  for (const { matchers, fromMs, toMs, take } of needs)
    for (const series of source.select(matchers, fromMs, toMs)) {
      take(series)
      if (turns.isDue()) await turns.rest()
    }
  return { plan, turns, budget }
}

interface Budget {
  keep(numbers: number): void
  touch(samples: number): void
  beginStep(): void
}

function createBudget({ maxSamples, maxStepSamples }: EvaluationLimits): Budget {
  let kept = 0
  let touched = 0
  const tooMany = (): Fault =>
    new Fault(
      'PROMQL_EXECUTION',
      'query processing would load too many samples into memory in query execution',
    )
  return {
    keep(numbers) {
      kept += numbers
      if (kept > maxSamples) throw tooMany()
    },
    touch(samples) {
      touched += samples
      if (touched > maxStepSamples) throw tooMany()
    },
    beginStep() {
      touched = 0
    },
  }
}
