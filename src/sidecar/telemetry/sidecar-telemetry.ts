import type { Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Logger } from '../../base/logger.ts'
import type { Sender } from '../../net/index.ts'
import { compileTelemetry, type TelemetryPolicy } from '../../policy/index.ts'
import { EMPTY_CONFIGURATION, type Reload, type Snapshot } from '../../resources/index.ts'
import {
  configurationMetrics,
  createBatchProcessor,
  createSampler,
  createSpanPipeline,
  createTraceKeeper,
  createTracer,
  type MetricsRegistry,
  type Sampler,
  type SpanRecord,
  type TraceKeeper,
  type Tracer,
} from '../../telemetry/index.ts'
import { createReleaseNotifier } from '../keep/release-notifier.ts'
import type { SidecarSettings } from '../settings.ts'
import { createExporterSet, type ExporterSet } from './exporters.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createLiveMetrics, type LiveMetrics } from './live-metrics.ts'
import { startMetricsPush } from './metrics-push.ts'
import { createReloadMeter } from './reload-meter.ts'

/** The sidecar's tracer and exporters, as the Configuration in force asks for them. */
export interface SidecarTelemetry {
  readonly tracer: Tracer
  /** For the spans of component calls, which a Configuration may switch off. */
  readonly componentTracer: Pick<Tracer, 'child'>
  readonly sampler: Sampler
  readonly keeper: TraceKeeper
  readonly ledger: Ledger
  readonly exporters: ExporterSet
  readonly metrics: Pick<LiveMetrics, 'policy'>
  policy(): TelemetryPolicy
  /** Exporters take it like one of ours. Says whether any does. */
  add(span: SpanRecord): boolean
  /** Puts a snapshot in force: one swap, nothing restarts. Settles when the metrics follow it, too. */
  apply(snapshot: Snapshot): Promise<void>
  /** Counts an attempt to change the Configuration. */
  reloaded(reload: Reload): void
  shutdown(deadlineMs: number): Promise<void>
}

export function createSidecarTelemetry(parts: {
  readonly settings: Pick<
    SidecarSettings,
    'serviceName' | 'resourceAttributes' | 'batch' | 'metricsPush'
  >
  readonly registry: MetricsRegistry
  readonly sender: Sender
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly hostName: string
  readonly pid: number
}): SidecarTelemetry {
  const { settings, registry, sender, clock, ids, log } = parts
  let policy: TelemetryPolicy = compileTelemetry(EMPTY_CONFIGURATION)
  const ledger = createLedger(registry, clock.nowUs)
  const exporters = createExporterSet(parts)
  const metrics = createLiveMetrics(registry)
  const push = startMetricsPush(parts)
  const generation = registry.gauge(configurationMetrics.generation).with({})
  const reloads = createReloadMeter(registry, configurationMetrics)

  const spans = createSpanPipeline((name) =>
    createBatchProcessor({
      name,
      settings: settings.batch,
      clock,
      log,
      meter: ledger.batchMeter(name),
    }),
  )
  const sampler = createSampler(() => policy.sampling, clock)
  const keeper = createTraceKeeper({
    clock,
    export: spans.add,
    tell: createReleaseNotifier({ clock, sender, onMissed: ledger.peerMissed }).tell,
    meter: ledger.keepMeter,
  })
  const tracer = createTracer({
    sampler,
    ids,
    clock,
    onEnd: (span) => (span.decision.sampled ? spans.add(span) : keeper.end(span)),
    onStart: ledger.decided,
    onRecord(span) {
      if (!span.decision.sampled) keeper.begin(span.context.traceId)
    },
  })

  return {
    tracer,
    componentTracer: {
      child: (...of) => (policy.componentSpans ? tracer.child(...of) : undefined),
    },
    sampler,
    keeper,
    ledger,
    exporters,
    metrics,
    policy: () => policy,
    add: spans.add,
    apply(snapshot) {
      policy = compileTelemetry(snapshot.configuration)
      keeper.apply(policy.keep)
      spans.apply(exporters.for(policy))
      generation.set(snapshot.generation)
      log.info(`Dapr trace sampler initialized: ${describeSampler(policy)}`, {
        generation: snapshot.generation,
      })
      return metrics.apply(snapshot.configuration)
    },
    reloaded: reloads.reloaded,
    async shutdown(deadlineMs) {
      const untilMs = clock.elapsedMs() + deadlineMs
      await spans.shutdown(deadlineMs)
      // Last, so that they count those spans; a receiver of spans that hangs does not take their time.
      await push?.shutdown(Math.max(MIN_PUSH_MS, untilMs - clock.elapsedMs()))
    },
  }
}

const MIN_PUSH_MS = 500

/** daprd's words, which test harnesses look for in its log. */
function describeSampler({ sampling }: TelemetryPolicy): string {
  if (!sampling.enabled) return 'tracing is off'
  const root = sampling.rate >= 1 ? 'AlwaysOnSampler' : `TraceIDRatioBased{${sampling.rate}}`
  const { rules } = sampling
  const more =
    rules === undefined
      ? ''
      : `, parent: ${rules.parent}, ${rules.overrides.length} overrides, ${rules.rules.length} rules`
  return `ParentBased{root:${root}}${more}`
}
