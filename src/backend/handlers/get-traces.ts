import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { parseTraceQuery } from '../query/trace-query.ts'
import { valid } from '../query-guard.ts'
import { jsonText } from '../replies.ts'
import { BACKEND_DEFAULTS } from '../settings.ts'

export const getTraces =
  ({ settings, store, clock }: BackendParts): Handler =>
  async ({ request }) => {
    const query = valid(
      parseTraceQuery(new URLSearchParams(request.query), {
        nowMs: Math.floor(clock.nowUs() / 1000),
        lookbackMs: BACKEND_DEFAULTS.queryLookbackMs,
        limit: BACKEND_DEFAULTS.queryLimit,
      }),
    )
    const traces = settings.searchEnabled ? await store.search(query) : []
    return jsonText(`[${traces.map(encodeZipkinSpans).join(',')}]`)
  }
