import { Fault } from '../../base/fault.ts'
import { parseTraceId } from '../../wire/zipkin-ids.ts'
import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { requireParameter, valid } from '../query-guard.ts'
import { jsonText } from '../replies.ts'

const MAX_IDS = 1000

export const getTraceMany =
  ({ store }: BackendParts): Handler =>
  async ({ request }) => {
    const text = requireParameter(new URLSearchParams(request.query), 'traceIds')
    const traces = await store.getTraces(parseIds(text))
    return jsonText(`[${traces.map(encodeZipkinSpans).join(',')}]`)
  }

function parseIds(text: string): string[] {
  if (text === '') throw new Fault('BAD_QUERY', 'traceIds parameter is empty')
  const parts = text.split(',', MAX_IDS)
  const seen = new Set<string>()
  for (const part of parts) {
    if (seen.has(part)) throw new Fault('BAD_QUERY', `redundant traceId: ${part}`)
    seen.add(part)
  }
  if (seen.size === 1)
    throw new Fault('BAD_QUERY', 'Use /api/v2/trace/{traceId} endpoint to retrieve a single trace')
  return [...seen].map((part) => valid(parseTraceId(part.trim())))
}
