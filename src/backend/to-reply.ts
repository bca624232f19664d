import { codeOf, messageOf } from '../base/fault.ts'
import { type Reply, STATUS_CLIENT_GONE } from '../net/index.ts'
import { plainText } from './replies.ts'

const STATUSES: Readonly<Record<string, number>> = {
  BAD_QUERY: 400,
  SPANS_MALFORMED: 400,
  SPANS_UNSUPPORTED: 400,
  SPANS_TOO_MANY: 413,
  ERR_BODY_TOO_LARGE: 413,
  ERR_BODY_READ: STATUS_CLIENT_GONE,
  TRACE_STORE_FULL: 413,
  TRACE_STORE_OVERLOADED: 503,
  TRACE_STORE_DISK_FULL: 503,
  TRACE_STORE_BROKEN: 503,
  TRACE_STORE_UPSTREAM: 503,
}
/** Long enough for a queue to drain, short enough that a reporter still holds its spans. */
const RETRY_AFTER_SECONDS = '1'

/** @returns `undefined` for a bug */
export function toReply(error: unknown): Reply | undefined {
  const status = STATUSES[codeOf(error) ?? '']
  if (status === undefined) return undefined
  const headers = status === 503 ? ['Retry-After', RETRY_AFTER_SECONDS] : []
  return plainText(status, messageOf(error), headers)
}
