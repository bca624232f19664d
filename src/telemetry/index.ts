export {
  type BatchMeter,
  type BatchProcessor,
  type BatchSettings,
  createBatchProcessor,
  type DropReason,
} from './batch-processor.ts'
export {
  ATTRIBUTE_HEADER_PREFIX,
  accessMetrics,
  appTelemetryMetrics,
  attributes,
  componentMetrics,
  configurationMetrics,
  DAPR_LATENCY_BUCKETS_MS,
  errorMetrics,
  httpMetrics,
  invocationMetrics,
  keepMetrics,
  middlewareMetrics,
  pipelineMetrics,
  pubsubMetrics,
  pushMetrics,
  resiliencyMetrics,
  resourceMetrics,
  SECRET_HEADERS,
  sidecarCatalogue,
  sidecarMetrics,
  tapMetrics,
} from './catalogue.ts'
export { backendCatalogue, backendMetrics } from './catalogue-backend.ts'
export { injectorCatalogue, injectorMetrics } from './catalogue-injector.ts'
export { operatorCatalogue, operatorMetrics } from './catalogue-operator.ts'
export type { Exporter, ExporterName, ExportOutcome } from './exporter.ts'
export { holdSeries } from './hold-series.ts'
export {
  createTraceKeeper,
  type KeepLink,
  type KeepMeter,
  type KeepPolicy,
  type TraceKeeper,
} from './keep/trace-keeper.ts'
export {
  createMetricPusher,
  type MetricExporter,
  type MetricPusher,
  type PushOutcome,
} from './metric-pusher.ts'
export {
  AS_DECLARED,
  type Counter,
  type CounterDefinition,
  counter,
  type Gauge,
  type GaugeDefinition,
  gauge,
  type Histogram,
  type HistogramDefinition,
  histogram,
  type MetricDefinition,
  type MetricsRegistry,
  type MetricView,
  type Seen,
  type Write,
} from './metrics.ts'
export { pathLabel, spanLabel } from './path-label.ts'
export { CONTEXT_HEADERS, extract, type Incoming, inject, NO_CONTEXT } from './propagator.ts'
export { matchesGlob } from './sampling/glob.ts'
export { createOperation, OPERATION_FIELDS, type Operation } from './sampling/operation.ts'
export type { OperationState } from './sampling/operation-table.ts'
export type {
  Decision,
  SamplingPolicy,
  SamplingRule,
  SamplingRules,
} from './sampling/policy.ts'
export { createSampler, type Sampler, type SamplingRequest } from './sampling/sampler.ts'
export { createTokenBucket, type TokenBucket } from './sampling/token-bucket.ts'
export { isTraceIdSampled } from './sampling/trace-id-ratio.ts'
export { createSentSpan } from './sent-span.ts'
export { createSeriesTable, type LabelValues } from './series-table.ts'
export {
  type EventAttributes,
  type HeldSpan,
  type SentBy,
  Span,
  type SpanKind,
  type SpanRecord,
  seenIn,
  traceFields,
} from './span.ts'
export type { SpanContext } from './span-context.ts'
export { createSpanPipeline, type SpanPipeline } from './span-pipeline.ts'
export { createStdoutExporter } from './stdout-exporter.ts'
export { createTracer, type SpanStart, type Tracer } from './tracer.ts'
export {
  createZipkinExporter,
  type Send,
  toZipkinSpan,
  type ZipkinResource,
} from './zipkin-exporter.ts'
