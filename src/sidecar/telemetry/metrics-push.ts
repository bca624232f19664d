import { createOtlpMetricExporter } from '../../adapters/otlp/index.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import {
  createMetricPusher,
  type MetricExporter,
  type MetricPusher,
  type MetricsRegistry,
} from '../../telemetry/index.ts'
import type { SidecarSettings } from '../settings.ts'
import { lazily } from './lazily.ts'

export interface MetricsPushParts {
  readonly settings: Pick<SidecarSettings, 'serviceName' | 'resourceAttributes' | 'metricsPush'>
  readonly registry: MetricsRegistry
  readonly hostName: string
  readonly pid: number
  readonly clock: Clock
  readonly log: Logger
}

/** Pushes the metrics if the environment asks for it. */
export function startMetricsPush({
  settings: { metricsPush, serviceName, resourceAttributes },
  registry,
  hostName,
  pid,
  clock,
  log,
}: MetricsPushParts): MetricPusher | undefined {
  if (metricsPush === undefined) return undefined
  const { intervalMs, pushTimeoutMs } = metricsPush
  const attributes = {
    // Two instances of an app would write one series; a scraper tells them apart by their address.
    'service.instance.id': `${hostName}:${pid}`,
    ...resourceAttributes,
  }
  const opened = lazily(() => createOtlpMetricExporter(metricsPush, { serviceName, attributes }))
  const exporter: MetricExporter = {
    async push(...of) {
      try {
        return await (await opened.get()).push(...of)
      } catch (error) {
        return { kind: 'failed', reason: messageOf(error) }
      }
    },
  }
  const pusher = createMetricPusher({
    registry,
    exporter,
    intervalMs,
    timeoutMs: pushTimeoutMs,
    clock,
    log,
  })
  return {
    async shutdown(deadlineMs) {
      await pusher.shutdown(deadlineMs)
      await opened[Symbol.asyncDispose]()
    },
  }
}
