import type { MetricExporter } from '../../telemetry/index.ts'
import { createOtlpSender } from './otlp-sender.ts'
import type { OtlpResource, OtlpSettings } from './otlp-settings.ts'
import { toResource } from './otlp-values.ts'
import { toResourceMetrics } from './to-resource-metrics.ts'

/**
 * Sends metrics by OTLP, a part of them in each call: a receiver of gRPC takes 4 MB at once, and requests are served
 * between two parts. Loads the protocol's libraries on the way.
 *
 * @throws Fault `OTLP_SETTINGS_INVALID` the address or a header is none
 */
export async function createOtlpMetricExporter(
  settings: OtlpSettings,
  from: OtlpResource,
): Promise<MetricExporter & AsyncDisposable> {
  const sender = await createOtlpSender(settings, 'metrics')
  const resource = toResource(from)
  return {
    async push(families, nowUs, signal) {
      let points = 0
      let reason = ''
      for (const part of toResourceMetrics(families, resource, nowUs)) {
        const answer = await sender.send(part, signal)
        if (answer.kind !== 'taken') return { ...answer, kind: 'failed' }
        points += answer.rejected?.count ?? 0
        reason = answer.rejected?.reason ?? reason
      }
      return points === 0 ? { kind: 'pushed' } : { kind: 'pushed', rejected: { points, reason } }
    },
    async [Symbol.asyncDispose]() {
      sender.close()
    },
  }
}
