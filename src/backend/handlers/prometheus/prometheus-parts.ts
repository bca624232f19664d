import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import type { BackendExchange, Handler } from '../../exchange.ts'
import type { BackendParts } from '../../parts.ts'
import { EVALUATION_LIMITS, type EvaluationDeps } from '../../promql/evaluate.ts'
import { type Matcher, toMatcher } from '../../promql/matchers.ts'
import { parsePromql, type Query } from '../../promql/parse.ts'
import { badParameter, readParameters, readTimeoutMs } from './parameters.ts'

/** A handler that is given what the asker wrote, in the address or in a form. */
export const withParameters =
  (handle: (parameters: URLSearchParams, x: BackendExchange) => ReturnType<Handler>): Handler =>
  async (x) =>
    handle(await readParameters(x), x)

export const nowMs = (clock: Clock): number => Math.floor(clock.nowUs() / 1_000)

/** What a query is evaluated with; it ends when the asker hangs up. */
export function evaluationFor(
  { samples, clock }: BackendParts,
  parameters: URLSearchParams,
  x: BackendExchange,
): EvaluationDeps {
  let isGone = false
  x.onClientGone = () => {
    isGone = true
  }
  return {
    source: samples,
    clock,
    limits: {
      ...EVALUATION_LIMITS,
      timeoutMs: readTimeoutMs(parameters, EVALUATION_LIMITS.timeoutMs),
    },
    isGone: () => isGone,
  }
}

/** @throws Fault `BAD_QUERY` */
export async function readQuery(parameters: URLSearchParams): Promise<Query> {
  const query = await parsePromql(parameters.get('query') ?? '')
  if (query.ok) return query.value
  throw badParameter('query', query.error)
}

/**
 * The selectors of `match[]`. None = the one that accepts every series.
 * @throws Fault `BAD_QUERY`
 */
export async function readSelectors(parameters: URLSearchParams): Promise<Matcher[][]> {
  const selectors: Matcher[][] = []
  for (const text of parameters.getAll('match[]')) {
    const query = await parsePromql(text)
    if (!query.ok) throw badParameter('match[]', query.error)
    const { expression, regexes } = query.value
    if (expression.kind !== 'selector')
      throw badParameter('match[]', `${JSON.stringify(text)} is not a series selector`)
    selectors.push(expression.matchers.map((matcher) => toMatcher(matcher, regexes)))
  }
  return selectors
}

export const missing = (name: string): Fault =>
  new Fault('BAD_QUERY', `no ${name} parameter provided`)
