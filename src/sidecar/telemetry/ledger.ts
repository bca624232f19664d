import {
  type BatchMeter,
  type Decision,
  type ExporterName,
  type KeepMeter,
  keepMetrics,
  type MetricsRegistry,
  pipelineMetrics,
} from '../../telemetry/index.ts'
import type { ExporterReport, SidecarReport } from '../../wire/sidecar-report.ts'

/** What the telemetry pipeline does, counted once: as metrics, and as figures for the sidecar's report. */
export interface Ledger {
  decided(decision: Decision): void
  batchMeter(exporter: ExporterName): BatchMeter
  readonly keepMeter: KeepMeter
  /** A kept trace whose peer could not be told. */
  peerMissed(): void
  spans(): SidecarReport['spans']
  decisions(): SidecarReport['decisions']
  keep(): SidecarReport['keep']
  exporter(name: ExporterName): Omit<ExporterReport, 'name' | 'endpoint'>
}

interface RuleCount {
  sampled: number
  unsampled: number
  readonly sampledSeries: { inc(): void }
  readonly unsampledSeries: { inc(): void }
}

type ExporterCount = {
  -readonly [K in keyof Omit<ExporterReport, 'name' | 'endpoint' | 'dropped'>]: ExporterReport[K]
} & { readonly dropped: Record<string, number> }

export function createLedger(registry: MetricsRegistry, nowUs: () => number): Ledger {
  const started = registry.counter(pipelineMetrics.spansStarted).with({})
  const decisions = registry.counter(pipelineMetrics.samplingDecisions)
  const exportedSpans = registry.counter(pipelineMetrics.spansExported)
  const droppedSpans = registry.counter(pipelineMetrics.spansDropped)
  const exporterUp = registry.gauge(pipelineMetrics.exporterUp)
  const kept = registry.counter(keepMetrics.tracesKept)
  const misses = registry.counter(keepMetrics.misses)
  const evicted = registry.counter(keepMetrics.evicted).with({})
  const heldSpans = registry.gauge(keepMetrics.heldSpans).with({})
  const heldBytes = registry.gauge(keepMetrics.heldBytes).with({})
  const rules = new Map<string, RuleCount>()
  const exporters = new Map<ExporterName, ExporterCount>()
  let spansStarted = 0
  let spansSampled = 0
  let spansKept = 0
  const keptBy: Record<string, number> = {}
  const missedBy: Record<string, number> = {}
  const miss = (reason: string): void => {
    misses.with({ reason }).inc()
    missedBy[reason] = (missedBy[reason] ?? 0) + 1
  }

  const ruleOf = (rule: string): RuleCount => {
    let count = rules.get(rule)
    if (count === undefined) {
      count = {
        sampled: 0,
        unsampled: 0,
        sampledSeries: decisions.with({ rule, decision: 'sampled' }),
        unsampledSeries: decisions.with({ rule, decision: 'unsampled' }),
      }
      rules.set(rule, count)
    }
    return count
  }
  const exporterOf = (name: ExporterName): ExporterCount => {
    let count = exporters.get(name)
    if (count === undefined) {
      count = {
        up: undefined,
        lastSuccessUs: undefined,
        lastError: undefined,
        lastErrorUs: undefined,
        exported: 0,
        dropped: {},
      }
      exporters.set(name, count)
    }
    return count
  }

  return {
    decided({ rule, sampled }) {
      spansStarted++
      started.inc()
      const count = ruleOf(rule)
      if (sampled) {
        spansSampled++
        count.sampled++
        count.sampledSeries.inc()
      } else {
        count.unsampled++
        count.unsampledSeries.inc()
      }
    },
    batchMeter(exporter) {
      const count = exporterOf(exporter)
      const series = exportedSpans.with({ exporter })
      const up = exporterUp.with({ exporter })
      return {
        exported(spans) {
          series.inc(spans)
          count.exported += spans
        },
        dropped(reason, spans) {
          droppedSpans.with({ exporter, reason }).inc(spans)
          count.dropped[reason] = (count.dropped[reason] ?? 0) + spans
        },
        up(isUp, reason) {
          up.set(isUp ? 1 : 0)
          count.up = isUp
          if (isUp) count.lastSuccessUs = nowUs()
          else {
            count.lastError = reason
            count.lastErrorUs = nowUs()
          }
        },
      }
    },
    keepMeter: {
      kept(reason) {
        kept.with({ reason }).inc()
        keptBy[reason] = (keptBy[reason] ?? 0) + 1
      },
      exported: () => spansKept++,
      missed: miss,
      evicted: () => evicted.inc(),
      holds(spans, bytes) {
        heldSpans.set(spans)
        heldBytes.set(bytes)
      },
    },
    peerMissed: () => miss('peer_unreachable'),
    keep: () => ({ kept: { ...keptBy }, missed: { ...missedBy } }),
    spans: () => ({ started: spansStarted, sampled: spansSampled, kept: spansKept }),
    decisions: () =>
      Object.fromEntries(
        [...rules].map(([rule, { sampled, unsampled }]) => [rule, { sampled, unsampled }]),
      ),
    exporter: exporterOf,
  }
}
