import { codeOf, messageOf } from '../../../base/fault.ts'
import {
  headerValue,
  OTLP_UNSUPPORTED,
  otlpEncodingOf,
  otlpReply,
  readOtlpTraces,
  refuseOtlp,
} from '../../../net/index.ts'
import { encodeOtlpResponse } from '../../../wire/otlp-response.ts'
import type { TakeSpans } from '../../app-telemetry/take-spans.ts'
import type { Handler } from '../../exchange.ts'

/** On a message whose spans are of unsampled requests. */
export const HELD_HEADER = 'sidelight-held'

/** Of one message; OpenTelemetry's batch processors send 512. */
const MAX_SPANS = 10_000

const STATUSES: Readonly<Record<string, number>> = {
  SPANS_MALFORMED: 400,
  SPANS_TOO_MANY: 413,
  ERR_BODY_TOO_LARGE: 413,
}

/** `POST /v1/traces`: the spans of the app, by OTLP over HTTP. What no exporter takes is said in the answer. */
export const postAppTraces =
  (take: TakeSpans, maxBodyBytes: number): Handler =>
  async ({ request }) => {
    const encoding = otlpEncodingOf(request)
    if (encoding === undefined)
      return { status: 415, headers: ['Content-Type', 'text/plain'], body: OTLP_UNSUPPORTED }
    try {
      const { resources } = await readOtlpTraces(request, encoding, {
        maxBodyBytes,
        maxSpans: MAX_SPANS,
      })
      const areHeld = headerValue(request.headers, HELD_HEADER) !== undefined
      return otlpReply(200, encoding, encodeOtlpResponse(encoding, take(resources, { areHeld })))
    } catch (error) {
      const status = STATUSES[codeOf(error) ?? '']
      if (status === undefined) throw error
      return refuseOtlp(encoding, status, messageOf(error))
    }
  }
