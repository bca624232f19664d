import { codeOf, messageOf } from '../../../base/fault.ts'
import { type Reply, STATUS_CLIENT_GONE } from '../../../net/index.ts'
import { jsonText } from '../../replies.ts'

/** Prometheus' envelope. `data` is JSON already. */
export const success = (data: string): Reply => jsonText(`{"status":"success","data":${data}}`)

interface Failure {
  readonly status: number
  readonly errorType: string
}

const FAILURES: Readonly<Record<string, Failure>> = {
  BAD_QUERY: { status: 400, errorType: 'bad_data' },
  PROMQL_INVALID: { status: 400, errorType: 'bad_data' },
  PROMQL_EXECUTION: { status: 422, errorType: 'execution' },
  PROMQL_TIMEOUT: { status: 503, errorType: 'timeout' },
  PROMQL_CANCELED: { status: STATUS_CLIENT_GONE, errorType: 'canceled' },
  ERR_BODY_TOO_LARGE: { status: 413, errorType: 'bad_data' },
  ERR_BODY_READ: { status: STATUS_CLIENT_GONE, errorType: 'canceled' },
}

/**
 * As `toReply`, in the envelope.
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
 */
export function toPrometheusReply(error: unknown): Reply | undefined {
  const failure = FAILURES[codeOf(error) ?? '']
  if (failure === undefined) return undefined
  const { status, errorType } = failure
  return {
    ...jsonText(JSON.stringify({ status: 'error', errorType, error: messageOf(error) })),
    status,
  }
}
