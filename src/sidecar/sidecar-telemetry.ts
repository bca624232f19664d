import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import type { IdSource } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { maskCredentials } from '../base/mask-credentials.ts'
import type { Sender } from '../net/index.ts'
import { compileTelemetry, type TelemetryPolicy } from '../policy/index.ts'
import type { Reload, Snapshot } from '../resources/index.ts'
import {
  type BatchMeter,
  configurationMetrics,
  createBatchProcessor,
  createSampler,
  createSpanPipeline,
  createStdoutExporter,
  createTracer,
  createZipkinExporter,
  type Exporter,
  type ExporterName,
  type MetricsRegistry,
  pipelineMetrics,
  type Tracer,
} from '../telemetry/index.ts'
import type { SidecarSettings } from './settings.ts'

/** The sidecar's tracer and exporters, as the Configuration in force asks for them. */
export interface SidecarTelemetry {
  readonly tracer: Tracer
  /** Puts a snapshot in force: one swap, nothing restarts. */
  apply(snapshot: Snapshot): void
  /** Counts an attempt to change the Configuration. */
  reloaded(reload: Reload): void
  shutdown(deadlineMs: number): Promise<void>
}

export function createSidecarTelemetry(parts: {
  readonly settings: Pick<SidecarSettings, 'serviceName' | 'batch'>
  readonly registry: MetricsRegistry
  readonly sender: Sender
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
}): SidecarTelemetry {
  const { settings, registry, sender, clock, ids, log } = parts
  let policy: TelemetryPolicy = {
    sampling: { enabled: false, rate: 0 },
    zipkinEndpoint: undefined,
    stdout: false,
  }
  let exporters: Partial<Record<ExporterName, Exporter>> = {}

  const started = registry.counter(pipelineMetrics.spansStarted).with({})
  const sampled = registry.counter(pipelineMetrics.spansSampled)
  const sampledBy = {
    parent: sampled.with({ rule: 'parent' }),
    rate: sampled.with({ rule: 'rate' }),
  }
  const generation = registry.gauge(configurationMetrics.generation).with({})
  const reloads = registry.counter(configurationMetrics.reloads)
  const lastSuccessful = registry.gauge(configurationMetrics.lastReloadSuccessful).with({})

  const spans = createSpanPipeline((name) =>
    createBatchProcessor({
      name,
      settings: settings.batch,
      clock,
      log,
      meter: createBatchMeter(registry, name),
    }),
  )
  const tracer = createTracer({
    sampler: createSampler(() => policy.sampling),
    ids,
    clock,
    onEnd: (span) => spans.add(span),
    onStart({ sampled, rule }) {
      started.inc()
      if (sampled) sampledBy[rule].inc()
    },
  })
  const zipkin = (url: string): Exporter =>
    createZipkinExporter(
      url,
      settings.serviceName,
      (to, contentType, body, signal) => sender.post(to, contentType, body, signal),
      (error) => `no answer from ${maskCredentials(url)}: ${messageOf(error) || codeOf(error)}`,
    )

  return {
    tracer,
    apply(snapshot) {
      const next = compileTelemetry(snapshot.configuration)
      // An exporter whose settings did not change stays the same object, so its queue is left alone.
      exporters = {
        ...(next.zipkinEndpoint === undefined
          ? {}
          : {
              zipkin:
                exporters.zipkin !== undefined && next.zipkinEndpoint === policy.zipkinEndpoint
                  ? exporters.zipkin
                  : zipkin(next.zipkinEndpoint),
            }),
        ...(next.stdout ? { stdout: exporters.stdout ?? createStdoutExporter(log) } : {}),
      }
      policy = next
      spans.apply(exporters)
      generation.set(snapshot.generation)
      lastSuccessful.set(1)
      log.info(`Dapr trace sampler initialized: ${describeSampler(next)}`, {
        generation: snapshot.generation,
      })
    },
    reloaded({ result }) {
      reloads.with({ result }).inc()
      lastSuccessful.set(result === 'rejected' ? 0 : 1)
    },
    shutdown: (deadlineMs) => spans.shutdown(deadlineMs),
  }
}

function createBatchMeter(registry: MetricsRegistry, exporter: ExporterName): BatchMeter {
  const exported = registry.counter(pipelineMetrics.spansExported).with({ exporter })
  const dropped = registry.counter(pipelineMetrics.spansDropped)
  const up = registry.gauge(pipelineMetrics.exporterUp).with({ exporter })
  return {
    exported: (spans) => exported.inc(spans),
    dropped: (reason, spans) => dropped.with({ exporter, reason }).inc(spans),
    up: (isUp) => up.set(isUp ? 1 : 0),
  }
}

/** daprd's words, which test harnesses look for in its log. */
function describeSampler({ sampling }: TelemetryPolicy): string {
  if (!sampling.enabled) return 'tracing is off'
  const root = sampling.rate >= 1 ? 'AlwaysOnSampler' : `TraceIDRatioBased{${sampling.rate}}`
  return `ParentBased{root:${root}}`
}
