import assert from 'node:assert/strict'
import {
  EVALUATION_LIMITS,
  evaluateInstant,
  evaluateRange,
} from '../../src/backend/promql/evaluate.ts'
import { parsePromql } from '../../src/backend/promql/parse.ts'
import { createSampleStore } from '../../src/backend/samples/sample-store.ts'
import { createTargetWriter } from '../../src/backend/samples/target-writer.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { labelsOf } from '../../src/wire/labels.ts'
import { parseExposition } from '../../src/wire/parse-exposition.ts'
import { type RealPrometheus, startPrometheus } from '../support/real-prometheus.ts'
import { formatLabels, ROOMY } from '../support/sample-table.ts'
import { DASHBOARD_EXPRESSIONS, randomExpression } from './promql/expressions.ts'
import { START_SECONDS, scriptedSamples, seededRandom } from './promql/samples.ts'

const SEED = 20_260_101
const RANDOM_EXPRESSIONS = 300
/** Off every sample, from before the first one to behind the last one. */
const RANGE = { start: START_SECONDS - 120, end: START_SECONDS + 3_900, step: 97 }
const INSTANT = START_SECONDS + 2_000

/** By series, then by time in seconds. A failed query is one word. */
type Answer = Readonly<Record<string, Readonly<Record<string, number>>>> | 'refused'

describe('PromQL beside a real Prometheus', () => {
  const text = scriptedSamples(SEED)
  let prometheus: RealPrometheus | undefined

  before(async function () {
    this.timeout(60_000)
    prometheus = await startPrometheus(this, { samples: text })
  })
  after(() => prometheus?.[Symbol.asyncDispose]())

  const compareAll = async (expressions: readonly string[]): Promise<number> => {
    const ask = storeOf(text)
    const differences: string[] = []
    let answered = 0
    for (const expression of expressions)
      for (const isRange of [true, false]) {
        const theirs = await askPrometheus(prometheus?.url ?? '', expression, isRange)
        const ours = await ask(expression, isRange)
        if (theirs !== 'refused' && Object.keys(theirs).length > 0) answered++
        const difference = compare(ours, theirs)
        if (difference !== undefined) differences.push(`${expression}\n      ${difference}`)
      }
    assert.equal(differences.length, 0, `\n  ${differences.join('\n  ')}`)
    return answered
  }

  test('answers what dashboards ask', async function () {
    this.timeout(30_000)
    const answered = await compareAll(DASHBOARD_EXPRESSIONS)
    assert.ok(answered >= 2 * (DASHBOARD_EXPRESSIONS.length - 6), `${answered} answers`)
  })

  test('answers 300 random expressions', async function () {
    this.timeout(60_000)
    const random = seededRandom(SEED)
    const expressions = Array.from({ length: RANDOM_EXPRESSIONS }, () => randomExpression(random))
    const answered = await compareAll(expressions)
    assert.ok(answered >= RANDOM_EXPRESSIONS, `${answered} answers`)
  })
})

/** Our store with the same samples, and a way to ask it. */
function storeOf(text: string): (expression: string, isRange: boolean) => Promise<Answer> {
  const parsed = parseExposition(text, 'openmetrics')
  assert.ok(parsed.ok)
  const source = createSampleStore(ROOMY)
  assert.equal(createTargetWriter(source, (labels) => labels).write(parsed.value, 0), 0)
  const deps = {
    source,
    clock: createSystemClock(),
    limits: EVALUATION_LIMITS,
    isGone: () => false,
  }
  return async (expression, isRange) => {
    const query = await parsePromql(expression)
    assert.ok(query.ok, `${expression}: ${query.ok ? '' : query.error}`)
    try {
      if (isRange) return ofPoints((await evaluateRange(query.value, rangeMs, deps)).series)
      const result = await evaluateInstant(query.value, INSTANT * 1_000, deps)
      if (result.type === 'vector')
        return ofPoints(
          result.samples.map(({ labels, value }) => ({
            labels,
            timesMs: [result.timeMs],
            values: [value],
          })),
        )
      assert.ok(result.type === 'scalar')
      return { scalar: { [INSTANT]: result.value } }
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'PROMQL_EXECUTION', expression)
      return 'refused'
    }
  }
}

const rangeMs = {
  startMs: RANGE.start * 1_000,
  endMs: RANGE.end * 1_000,
  stepMs: RANGE.step * 1_000,
}

const ofPoints = (series: Awaited<ReturnType<typeof evaluateRange>>['series']): Answer =>
  Object.fromEntries(
    series.map(({ labels, timesMs, values }) => [
      formatLabels(labels),
      Object.fromEntries(Array.from(timesMs, (ms, i) => [ms / 1_000, values[i] as number])),
    ]),
  )

type Point = readonly [seconds: number, value: string]
interface PrometheusAnswer {
  readonly status: string
  readonly error?: string
  readonly data?: {
    readonly resultType: string
    readonly result:
      | Point
      | readonly {
          readonly metric: Readonly<Record<string, string>>
          readonly value?: Point
          readonly values?: readonly Point[]
        }[]
  }
}

async function askPrometheus(url: string, query: string, isRange: boolean): Promise<Answer> {
  const times = isRange
    ? { start: String(RANGE.start), end: String(RANGE.end), step: String(RANGE.step) }
    : { time: String(INSTANT) }
  const path = isRange ? 'query_range' : 'query'
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams({ query, ...times })}`)
  const { data, error } = (await response.json()) as PrometheusAnswer
  assert.ok(data !== undefined || response.status === 422, `${query}: ${error}`)
  if (data === undefined) return 'refused'
  if (data.resultType === 'scalar') return { scalar: ofTexts([data.result as Point]) }
  const series = data.result as Exclude<typeof data.result, Point>
  return Object.fromEntries(
    series.map(({ metric, value, values = [] }) => [
      formatLabels(labelsOf(Object.entries(metric))),
      ofTexts(value === undefined ? values : [value]),
    ]),
  )
}

const ofTexts = (points: readonly Point[]): Record<string, number> =>
  Object.fromEntries(points.map(([seconds, text]) => [seconds, numberOf(text)]))

const numberOf = (text: string): number =>
  text === '+Inf'
    ? Number.POSITIVE_INFINITY
    : text === '-Inf'
      ? Number.NEGATIVE_INFINITY
      : Number(text)

/** The first difference in words. */
function compare(ours: Answer, theirs: Answer): string | undefined {
  if (ours === 'refused' || theirs === 'refused')
    return ours === theirs ? undefined : `ours ${brief(ours)}, theirs ${brief(theirs)}`
  for (const series of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [our = {}, their = {}] = [ours[series], theirs[series]]
    for (const time of new Set([...Object.keys(our), ...Object.keys(their)]))
      if (!isNear(our[time], their[time]))
        return `${series} at ${time}: ours ${our[time]}, theirs ${their[time]}`
  }
  return undefined
}

const brief = (answer: Answer): string =>
  answer === 'refused' ? answer : `${Object.keys(answer).length} series`

/** Within 1e-9 of the larger one; near zero, where differences of large numbers end, within 1e-15. */
const isNear = (a: number | undefined, b: number | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-6)
}
