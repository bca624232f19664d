import type { Handler } from '../../exchange.ts'
import type { BackendParts } from '../../parts.ts'
import { evaluateInstant, evaluateRange, type InstantResult } from '../../promql/evaluate.ts'
import { createTurnTaker } from '../../promql/turn-taker.ts'
import { success } from './envelope.ts'
import { formatResult } from './format-result.ts'
import { readSpan, readStepMs, readTimeMs } from './parameters.ts'
import { evaluationFor, nowMs, readQuery, withParameters } from './prometheus-parts.ts'

/** `GET /api/v1/query?query=up&time=…`: what an expression is now or then. */
export const getQuery = (parts: BackendParts): Handler =>
  withParameters(async (parameters, x) => {
    const timeMs = readTimeMs(parameters, 'time', nowMs(parts.clock))
    const query = await readQuery(parameters)
    const deps = evaluationFor(parts, parameters, x)
    return answer(parts, deps, () => evaluateInstant(query, timeMs, deps))
  })

/** `GET /api/v1/query_range?query=up&start=…&end=…&step=15`: what it was at each step. */
export const getQueryRange = (parts: BackendParts): Handler =>
  withParameters(async (parameters, x) => {
    const span = readSpan(parameters)
    const stepMs = readStepMs(parameters, 'step')
    const query = await readQuery(parameters)
    const deps = evaluationFor(parts, parameters, x)
    return answer(parts, deps, () => evaluateRange(query, { ...span, stepMs }, deps))
  })

const answer = (
  { queries, clock }: BackendParts,
  { limits, isGone }: ReturnType<typeof evaluationFor>,
  evaluate: () => Promise<InstantResult>,
): ReturnType<Handler> =>
  queries.run(async () => {
    const result = await evaluate()
    return success(await formatResult(result, createTurnTaker(clock, limits.timeoutMs, isGone)))
  })
