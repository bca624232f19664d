import {
  EVALUATION_LIMITS,
  type EvaluationLimits,
  evaluateInstant,
  evaluateRange,
} from '../../../../src/backend/promql/evaluate.ts'
import { parsePromql, type Query } from '../../../../src/backend/promql/parse.ts'
import { createSystemClock } from '../../../../src/base/clock.ts'
import { formatLabels, type SampleRow, sampleTable } from '../../../support/sample-table.ts'

export async function parsed(expression: string): Promise<Query> {
  const query = await parsePromql(expression)
  if (!query.ok) throw new Error(query.error)
  return query.value
}

/** The words of the refusal. */
export async function refusal(expression: string): Promise<string> {
  const query = await parsePromql(expression)
  return query.ok ? 'accepted' : query.error
}

/** What an expression is at `atSeconds`: a number, or each series with its value. */
export async function instant(
  expression: string,
  rows: readonly SampleRow[] = [],
  atSeconds = 0,
): Promise<unknown> {
  const result = await evaluateInstant(await parsed(expression), atSeconds * 1_000, deps(rows))
  if (result.type === 'matrix') return pointsOf(result.series)
  if (result.type !== 'vector') return result.value
  return Object.fromEntries(
    result.samples.map(({ labels, value }) => [formatLabels(labels), value]),
  )
}

/** Each series' values at the steps where it has one, as `seconds=value`. */
export async function range(
  expression: string,
  rows: readonly SampleRow[],
  [start, end, step]: readonly [number, number, number],
  limits: Partial<EvaluationLimits> = {},
): Promise<unknown> {
  const { series } = await evaluateRange(
    await parsed(expression),
    { startMs: start * 1_000, endMs: end * 1_000, stepMs: step * 1_000 },
    deps(rows, limits),
  )
  return pointsOf(series)
}

const pointsOf = (series: Awaited<ReturnType<typeof evaluateRange>>['series']): unknown =>
  Object.fromEntries(
    series.map(({ labels, timesMs, values }) => [
      formatLabels(labels),
      Array.from(timesMs, (ms, i) => `${ms / 1_000}=${values[i]}`).join(' '),
    ]),
  )

export const deps = (rows: readonly SampleRow[], limits: Partial<EvaluationLimits> = {}) => ({
  source: sampleTable(rows),
  clock: createSystemClock(),
  limits: { ...EVALUATION_LIMITS, ...limits },
  isGone: () => false,
})

/** A sample each `everySeconds` from `from`, with these values. */
export const every = (
  everySeconds: number,
  values: readonly number[],
  from = 0,
): (readonly [number, number])[] =>
  values.map((value, i) => [from + i * everySeconds, value] as const)
