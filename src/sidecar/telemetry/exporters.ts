import { createOtlpExporter } from '../../adapters/otlp/index.ts'
import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { maskCredentials } from '../../base/mask-credentials.ts'
import type { Sender } from '../../net/index.ts'
import type { TelemetryPolicy } from '../../policy/index.ts'
import type { OtelSpec, ZipkinSpec } from '../../resources/index.ts'
import {
  createStdoutExporter,
  createZipkinExporter,
  type Exporter,
  type ExporterName,
} from '../../telemetry/index.ts'
import type { SidecarSettings } from '../settings.ts'
import { lazily } from './lazily.ts'

export interface ExporterParts {
  readonly settings: Pick<SidecarSettings, 'serviceName' | 'resourceAttributes'>
  readonly sender: Sender
  readonly clock: Clock
  readonly log: Logger
}

/** The exporters that a policy asks for. */
export interface ExporterSet {
  /** One whose settings did not change stays the same object, so that its queue is left alone. */
  for(policy: TelemetryPolicy): Readonly<Partial<Record<ExporterName, Exporter>>>
  /** Where each sends to, masked. */
  endpoints(): Readonly<Partial<Record<ExporterName, string | undefined>>>
}

/** A replaced exporter still has batches in flight for 5 s. */
const DISPOSE_AFTER_MS = 10_000

export function createExporterSet({ settings, sender, clock, log }: ExporterParts): ExporterSet {
  const made = new Map<ExporterName, { readonly of: string; readonly exporter: Exporter }>()
  const resource = {
    serviceName: settings.serviceName,
    attributes: settings.resourceAttributes,
  }
  let inForce: TelemetryPolicy | undefined

  const zipkin = ({ endpointAddress: url, headers }: ZipkinSpec): Exporter =>
    createZipkinExporter(
      url,
      resource,
      (to, contentType, body, signal) => sender.post(to, contentType, body, signal, headers),
      (error) => `no answer from ${maskCredentials(url)}: ${messageOf(error) || codeOf(error)}`,
    )
  const otlp = (spec: OtelSpec): Exporter & AsyncDisposable => {
    const exporter = lazily(() => createOtlpExporter(spec, resource))
    return {
      async export(...of) {
        try {
          return await (await exporter.get()).export(...of)
        } catch (error) {
          return { kind: 'failed', reason: messageOf(error) }
        }
      },
      [Symbol.asyncDispose]: exporter[Symbol.asyncDispose],
    }
  }
  const keepOrMake = (name: ExporterName, spec: unknown, make: () => Exporter): Exporter => {
    const of = JSON.stringify(spec)
    const before = made.get(name)
    if (before?.of === of) return before.exporter
    if (before !== undefined) retire(before.exporter)
    const exporter = make()
    made.set(name, { of, exporter })
    return exporter
  }
  const retire = (exporter: Exporter): void => {
    if (!(Symbol.asyncDispose in exporter)) return
    const retired = exporter as Exporter & AsyncDisposable
    clock.after(DISPOSE_AFTER_MS, () => void retired[Symbol.asyncDispose]())
  }

  return {
    for(policy) {
      inForce = policy
      const { zipkin: zipkinSpec, otel, stdout } = policy
      const next: Partial<Record<ExporterName, Exporter>> = {
        ...(stdout ? { stdout: keepOrMake('stdout', {}, () => createStdoutExporter(log)) } : {}),
        ...(zipkinSpec && { zipkin: keepOrMake('zipkin', zipkinSpec, () => zipkin(zipkinSpec)) }),
        ...(otel && { otlp: keepOrMake('otlp', otel, () => otlp(otel)) }),
      }
      for (const [name, { exporter }] of made)
        if (next[name] === undefined) {
          retire(exporter)
          made.delete(name)
        }
      return next
    },
    endpoints: () => ({
      ...(inForce?.stdout ? { stdout: undefined } : {}),
      ...(inForce?.zipkin && { zipkin: maskCredentials(inForce.zipkin.endpointAddress) }),
      ...(inForce?.otel && { otlp: maskCredentials(inForce.otel.endpointAddress) }),
    }),
  }
}
