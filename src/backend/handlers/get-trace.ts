import { parseTraceId } from '../../wire/zipkin-ids.ts'
import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { valid } from '../query-guard.ts'
import { jsonText, plainText } from '../replies.ts'

export const getTrace =
  ({ store }: BackendParts): Handler =>
  async ({ parameters }) => {
    const traceId = valid(parseTraceId((parameters.traceId ?? '').trim()))
    const spans = await store.getTrace(traceId)
    return spans === undefined
      ? plainText(404, `${traceId} not found`)
      : jsonText(encodeZipkinSpans(spans))
  }
