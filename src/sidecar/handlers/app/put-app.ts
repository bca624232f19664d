import type { TelemetryPolicy } from '../../../policy/index.ts'
import type { AppMetrics, MetricsPlace } from '../../app-telemetry/app-metrics.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { fieldsOf, malformed, readJson } from '../request-parts.ts'

const MAX_BODY_BYTES = 4_096

/**
 * `PUT /sidelight/v1/app`: the app says where it has metrics, and hears how it has to sample: what the Configuration in
 * force says, and nothing of where spans go. Said again and again: either of both may have begun anew.
 */
export const putApp =
  (parts: {
    readonly generation: () => number
    readonly policy: () => TelemetryPolicy
    readonly metrics: Pick<AppMetrics, 'announced'>
  }): Handler =>
  async ({ request }) => {
    const { metrics } = fieldsOf(await readJson(request, MAX_BODY_BYTES), 'the body')
    parts.metrics.announced(placeOf(metrics))
    const { sampling, keep } = parts.policy()
    return jsonReply({
      generation: parts.generation(),
      sampling: { enabled: sampling.enabled, rate: sampling.rate, keep: keep !== undefined },
    })
  }

/** @throws Fault `ERR_MALFORMED_REQUEST` */
function placeOf(value: unknown): MetricsPlace | undefined {
  if (value === undefined || value === null) return undefined
  const { port, path = '/metrics' } = fieldsOf(value, 'metrics')
  if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65_535)
    throw malformed('metrics.port is a number from 1 to 65535')
  if (typeof path !== 'string' || !/^\/[\x21-\x7e]{0,255}$/.test(path))
    throw malformed('metrics.path begins with / and has no blanks')
  return { port: Number(port), path }
}
