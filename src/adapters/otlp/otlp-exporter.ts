import type { Exporter, ExportOutcome } from '../../telemetry/index.ts'
import type { OtlpAnswer } from './otlp-client.ts'
import { createOtlpSender } from './otlp-sender.ts'
import type { OtlpResource, OtlpSettings } from './otlp-settings.ts'
import { toResource } from './otlp-values.ts'
import { toReadableSpan } from './to-readable-span.ts'

export type OtlpExporter = Exporter & AsyncDisposable

/**
 * Sends spans by OTLP. Loads the protocol's libraries on the way.
 *
 * @throws Fault `OTLP_SETTINGS_INVALID` the address or a header is none
 */
export async function createOtlpExporter(
  settings: OtlpSettings,
  from: OtlpResource,
): Promise<OtlpExporter> {
  const sender = await createOtlpSender(settings, 'spans')
  const resource = toResource(from)
  return {
    async export(spans, signal) {
      const batch = spans.map((span) => toReadableSpan(span, resource))
      return outcomeOf(await sender.send(batch, signal))
    },
    async [Symbol.asyncDispose]() {
      sender.close()
    },
  }
}

function outcomeOf(answer: OtlpAnswer): ExportOutcome {
  if (answer.kind === 'no') return { kind: 'refused', reason: answer.reason }
  if (answer.kind === 'later') return { ...answer, kind: 'failed' }
  if (answer.rejected === undefined) return { kind: 'exported' }
  const { count, reason } = answer.rejected
  return { kind: 'exported', rejected: { spans: count, reason } }
}
