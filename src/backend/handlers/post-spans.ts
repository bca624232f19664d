import { codeOf, Fault } from '../../base/fault.ts'
import { headerValue, inflateBody, readBody } from '../../net/index.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import type { DropReason } from '../meter.ts'
import type { BackendParts } from '../parts.ts'

const PROTO3 = 'application/x-protobuf'

/** Answers when the spans are as safe as the store makes them, and not before. */
export const postSpans =
  (parts: BackendParts): Handler =>
  async (x) => {
    try {
      await ingest(parts, x)
      return { status: 202, headers: [] }
    } catch (error) {
      const reason = DROP_REASONS[codeOf(error) ?? '']
      if (reason !== undefined) parts.meter.dropped(reason)
      throw error
    }
  }

async function ingest({ settings, store, meter }: BackendParts, x: BackendExchange) {
  const { request } = x
  if (headerValue(request.headers, 'content-type')?.startsWith(PROTO3))
    throw new Fault(
      'SPANS_UNSUPPORTED',
      'proto3 spans are not read yet; send Content-Type: application/json',
    )
  const sent = await readBody(request, settings.maxBodyBytes)
  const isGzip = headerValue(request.headers, 'content-encoding')?.includes('gzip') === true
  const body = isGzip ? await inflateBody(sent, settings.maxBodyBytes) : sent
  const batch = store.prepare(body)
  if (!batch.ok) throw new Fault('SPANS_MALFORMED', batch.error)
  const { spanCount } = batch.value
  if (spanCount > settings.maxBatchSpans)
    throw new Fault(
      'SPANS_TOO_MANY',
      `a message of ${spanCount} spans is over the limit of ${settings.maxBatchSpans}; send smaller batches`,
    )
  if (spanCount > 0) await batch.value.accept()
  meter.ingested(spanCount, body.length)
}

/** `POST /api/v1/spans`. */
export const postSpansV1 =
  ({ meter }: BackendParts): Handler =>
  () => {
    meter.dropped('unsupported')
    throw new Fault(
      'SPANS_UNSUPPORTED',
      'spans of version 1 are not read yet; send version 2 to /api/v2/spans',
    )
  }

/** By the code of the fault; a message that was refused for another reason is a bug and not counted. */
export const DROP_REASONS: Readonly<Record<string, DropReason>> = {
  SPANS_UNSUPPORTED: 'unsupported',
  SPANS_MALFORMED: 'malformed',
  SPANS_TOO_MANY: 'too_many_spans',
  ERR_BODY_TOO_LARGE: 'too_large',
  ERR_BODY_READ: 'client_gone',
  TRACE_STORE_FULL: 'store_full',
  TRACE_STORE_OVERLOADED: 'overloaded',
  TRACE_STORE_DISK_FULL: 'disk_full',
  TRACE_STORE_BROKEN: 'store_broken',
  TRACE_STORE_UPSTREAM: 'upstream',
}
