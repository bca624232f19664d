import { counter, gauge, histogram, type MetricDefinition } from './metrics.ts'

/** What the trace backend measures of itself. Traces of users are never in here, only their number. */
export const backendMetrics = {
  requests: counter('sidelight_backend_http_requests_total', {
    help: 'Requests answered, by route template and status.',
    labels: ['route', 'status'],
  }),
  requestDuration: histogram('sidelight_backend_http_request_duration_seconds', {
    help: 'Time from the head of a request to the last byte of its answer.',
    labels: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  }),
  refusedHeads: counter('sidelight_backend_http_refused_heads_total', {
    help: 'Requests refused before routing: head too large, malformed or too slow.',
    labels: ['status'],
  }),
  ingestedMessages: counter('sidelight_backend_ingested_messages_total', {
    help: 'Messages of spans that were stored.',
    labels: [],
  }),
  ingestedSpans: counter('sidelight_backend_ingested_spans_total', {
    help: 'Spans that were stored.',
    labels: [],
  }),
  ingestedBytes: counter('sidelight_backend_ingested_bytes_total', {
    help: 'Size of the stored messages, after decompression.',
    labels: [],
  }),
  droppedMessages: counter('sidelight_backend_dropped_messages_total', {
    help: 'Messages of spans that were refused whole, by reason.',
    labels: ['reason'],
  }),
  evictedSpans: counter('sidelight_backend_evicted_spans_total', {
    help: 'Spans that left the store to keep its bounds of size and age.',
    labels: [],
  }),
  lostBytes: counter('sidelight_backend_store_lost_bytes_total', {
    help: 'Bytes of the store that could not be read when it was opened; they lie beside it in a .corrupt file.',
    labels: [],
  }),
  storeSpans: gauge('sidelight_backend_store_spans', {
    help: 'Spans in the store.',
    labels: [],
  }),
  storeBytes: gauge('sidelight_backend_store_bytes', {
    help: 'Bytes of the store on disk; 0 in memory.',
    labels: [],
  }),
  storeSegments: gauge('sidelight_backend_store_segments', {
    help: 'Sealed segments of the store.',
    labels: [],
  }),
  storeUp: gauge('sidelight_backend_store_up', {
    help: '1 while the store accepts spans, 0 after a failed write.',
    labels: [],
  }),
  upstreamRequests: counter('sidelight_backend_upstream_requests_total', {
    help: 'Requests to the store of --upstream, by status; 0 = no answer.',
    labels: ['status'],
  }),
  scrapes: counter('sidelight_backend_scrapes_total', {
    help: 'Scrapes of sidecars, by outcome.',
    labels: ['outcome'],
  }),
  refusedSamples: counter('sidelight_backend_refused_samples_total', {
    help: 'Scraped samples that were not kept: the store is full, or has a newer one.',
    labels: [],
  }),
  evictedSamples: counter('sidelight_backend_evicted_samples_total', {
    help: 'Samples that left the store to keep its bounds of size and age.',
    labels: [],
  }),
  sampleSeries: gauge('sidelight_backend_sample_series', {
    help: 'Series that have samples in the store.',
    labels: [],
  }),
  sampleBytes: gauge('sidelight_backend_sample_bytes', {
    help: 'Bytes of the samples in memory, with their labels.',
    labels: [],
  }),
  storeSyncDuration: histogram('sidelight_backend_store_sync_duration_seconds', {
    help: 'Time of one write and sync of the log.',
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  }),
} as const

/** Every metric of the backend program. */
export const backendCatalogue: readonly MetricDefinition[] = Object.values(backendMetrics)
