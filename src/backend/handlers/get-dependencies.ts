import { Fault } from '../../base/fault.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { readInteger } from '../query/trace-query.ts'
import { requireParameter, valid } from '../query-guard.ts'
import { json } from '../replies.ts'
import { BACKEND_DEFAULTS } from '../settings.ts'

export const getDependencies =
  ({ store }: BackendParts): Handler =>
  async ({ request }) => {
    const parameters = new URLSearchParams(request.query)
    requireParameter(parameters, 'endTs')
    const endTsMs = valid(readInteger(parameters, 'endTs')) ?? 0
    const lookbackMs =
      valid(readInteger(parameters, 'lookback')) ?? BACKEND_DEFAULTS.queryLookbackMs
    if (endTsMs <= 0) throw new Fault('BAD_QUERY', 'endTs <= 0')
    if (lookbackMs <= 0) throw new Fault('BAD_QUERY', 'lookback <= 0')
    return json(await store.dependencies(endTsMs, lookbackMs))
  }
