import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import { createIdSource } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { maskCredentials } from '../base/mask-credentials.ts'
import { createSender } from '../net/index.ts'
import {
  createBatchProcessor,
  createSampler,
  createTracer,
  createZipkinExporter,
  type MetricsRegistry,
  pipelineMetrics,
  type Tracer,
} from '../telemetry/index.ts'

export interface ControlTracerOptions {
  /** Where spans go; `undefined` = there are none. */
  readonly zipkin: string | undefined
  readonly serviceName: string
  readonly userAgent: string
  /** With the exporter's metrics in its catalogue. */
  readonly registry: MetricsRegistry
  readonly clock: Clock
  readonly log: Logger
}

const BATCH = {
  scheduleDelayMs: 1_000,
  exportTimeoutMs: 30_000,
  maxQueueSize: 2_048,
  maxExportBatchSize: 512,
}

/** Spans of a program of the control plane: few, so that each is kept unless its caller says otherwise. */
export function createControlTracer(options: ControlTracerOptions): {
  readonly tracer: Tracer
  shutdown(deadlineMs: number): Promise<void>
} {
  const { zipkin, serviceName, registry, clock, log } = options
  const policy = { enabled: zipkin !== undefined, rate: 1, rules: undefined }
  const sender = createSender({ userAgent: options.userAgent })
  const exporter = { exporter: 'zipkin' as const }
  const exported = registry.counter(pipelineMetrics.spansExported).with(exporter)
  const dropped = registry.counter(pipelineMetrics.spansDropped)
  const up = registry.gauge(pipelineMetrics.exporterUp).with(exporter)
  const spans = createBatchProcessor({
    name: 'zipkin',
    settings: BATCH,
    clock,
    log,
    meter: {
      exported: (count) => exported.inc(count),
      dropped: (reason, count) => dropped.with({ ...exporter, reason }).inc(count),
      up: (isUp) => up.set(isUp ? 1 : 0),
    },
  })
  if (zipkin !== undefined)
    spans.replace(
      createZipkinExporter(
        zipkin,
        { serviceName },
        (...post) => sender.post(...post),
        (error) =>
          `no answer from ${maskCredentials(zipkin)}: ${messageOf(error) || codeOf(error)}`,
      ),
    )
  return {
    tracer: createTracer({
      sampler: createSampler(() => policy, clock),
      ids: createIdSource(),
      clock,
      onEnd: spans.add,
      onStart: () => undefined,
      onRecord: () => undefined,
    }),
    async shutdown(deadlineMs) {
      await spans.shutdown(deadlineMs)
      await sender.close()
    },
  }
}
