import type { Outcome } from '../net/index.ts'
import { backendMetrics, type MetricsRegistry } from '../telemetry/index.ts'
import type { BackendExchange } from './exchange.ts'
import type { SampleStore } from './samples/sample-store.ts'
import type { TraceStore } from './store/contract.ts'

export type DropReason =
  | 'malformed'
  | 'unsupported'
  | 'too_large'
  | 'too_many_spans'
  | 'overloaded'
  | 'disk_full'
  | 'store_full'
  | 'store_broken'
  | 'upstream'
  | 'client_gone'

export interface BackendMeter {
  answered(x: BackendExchange, outcome: Outcome, durationMs: number): void
  refusedHead(status: number): void
  ingested(spans: number, bytes: number): void
  dropped(reason: DropReason): void
  synced(durationMs: number): void
  /** Status 0 = there was no answer. */
  upstreamAnswered(status: number): void
  scraped(isOk: boolean, refusedSamples: number): void
  /** For a scraper, with the stores as they are now. */
  families(store: TraceStore, samples: SampleStore): ReturnType<MetricsRegistry['families']>
}

export function createBackendMeter(registry: MetricsRegistry): BackendMeter {
  const requests = registry.counter(backendMetrics.requests)
  const durations = registry.histogram(backendMetrics.requestDuration)
  const refused = registry.counter(backendMetrics.refusedHeads)
  const messages = registry.counter(backendMetrics.ingestedMessages).with({})
  const ingestedSpans = registry.counter(backendMetrics.ingestedSpans).with({})
  const bytes = registry.counter(backendMetrics.ingestedBytes).with({})
  const dropped = registry.counter(backendMetrics.droppedMessages)
  const evicted = registry.counter(backendMetrics.evictedSpans).with({})
  const sync = registry.histogram(backendMetrics.storeSyncDuration).with({})
  const storeSpans = registry.gauge(backendMetrics.storeSpans).with({})
  const storeBytes = registry.gauge(backendMetrics.storeBytes).with({})
  const segments = registry.gauge(backendMetrics.storeSegments).with({})
  const up = registry.gauge(backendMetrics.storeUp).with({})
  const lost = registry.counter(backendMetrics.lostBytes).with({})
  const scrapes = registry.counter(backendMetrics.scrapes)
  const upstream = registry.counter(backendMetrics.upstreamRequests)
  const refusedSamples = registry.counter(backendMetrics.refusedSamples).with({})
  const evictedSamples = registry.counter(backendMetrics.evictedSamples).with({})
  const sampleSeries = registry.gauge(backendMetrics.sampleSeries).with({})
  const sampleBytes = registry.gauge(backendMetrics.sampleBytes).with({})
  let evictedSamplesSeen = 0
  let evictedSeen = 0
  let lostSeen = 0
  const series = new Map<string, { inc(): void; observe(value: number): void }>()

  return {
    answered({ route }, { status }, durationMs) {
      const key = `${route} ${status}`
      let held = series.get(key)
      if (held === undefined) {
        const counter = requests.with({ route, status: String(status) })
        const histogram = durations.with({ route })
        held = { inc: () => counter.inc(), observe: (value) => histogram.observe(value) }
        series.set(key, held)
      }
      held.inc()
      held.observe(durationMs / 1000)
    },
    refusedHead: (status) => refused.with({ status: String(status) }).inc(),
    ingested(spanCount, byteCount) {
      messages.inc()
      ingestedSpans.inc(spanCount)
      bytes.inc(byteCount)
    },
    dropped: (reason) => dropped.with({ reason }).inc(),
    synced: (durationMs) => sync.observe(durationMs / 1000),
    upstreamAnswered: (status) => upstream.with({ status: String(status) }).inc(),
    scraped(isOk, refused) {
      scrapes.with({ outcome: isOk ? 'ok' : 'failed' }).inc()
      refusedSamples.inc(refused)
    },
    families(store, samples) {
      const kept = samples.stats()
      sampleSeries.set(kept.series)
      sampleBytes.set(kept.bytes)
      evictedSamples.inc(kept.evictedSamples - evictedSamplesSeen)
      evictedSamplesSeen = kept.evictedSamples
      const stats = store.stats()
      storeSpans.set(stats.spans)
      storeBytes.set(stats.bytes)
      segments.set(stats.segments)
      up.set(store.health().isUp ? 1 : 0)
      evicted.inc(stats.evictedSpans - evictedSeen)
      evictedSeen = stats.evictedSpans
      lost.inc(stats.lostBytes - lostSeen)
      lostSeen = stats.lostBytes
      return registry.families()
    },
  }
}
