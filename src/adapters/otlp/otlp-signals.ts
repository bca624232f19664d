import {
  type IExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer'
import type { OtlpRequests, OtlpSignalName, Rejected } from './otlp-client.ts'

/** What a signal has of its own in OTLP. */
export interface OtlpSignal<T> {
  /** In the names of variables: `OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`. */
  readonly variable: string
  /** Of OTLP/HTTP, where the settings name none. */
  readonly path: string
  /** Of OTLP/gRPC. */
  readonly service: string
  readonly method: string
  /** What the official delegate calls itself. */
  readonly component: string
  readonly helper: IExporterMetricsHelper<T>
  encode(request: T): Uint8Array
  /** Absent when all was taken. @throws what is no answer in protobuf */
  decodeRejected(answer: Uint8Array): Rejected | undefined
}

/** @see opentelemetry-proto `opentelemetry/proto/collector` */
export const otlpSignals: {
  readonly [S in OtlpSignalName]: OtlpSignal<OtlpRequests[S]>
} = {
  spans: {
    variable: 'TRACES',
    path: '/v1/traces',
    service: 'TraceExportService',
    method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    component: 'otlp_grpc_span_exporter',
    helper: TraceExporterMetricsHelper,
    encode: (spans) => ProtobufTraceSerializer.serializeRequest(spans) ?? NOTHING,
    decodeRejected(answer) {
      const partial = ProtobufTraceSerializer.deserializeResponse(answer).partialSuccess
      return rejectedOf(partial?.rejectedSpans, partial?.errorMessage)
    },
  },
  metrics: {
    variable: 'METRICS',
    path: '/v1/metrics',
    service: 'MetricsExportService',
    method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    component: 'otlp_grpc_metric_exporter',
    helper: MetricsExporterMetricsHelper,
    encode: (metrics) => ProtobufMetricsSerializer.serializeRequest(metrics) ?? NOTHING,
    decodeRejected(answer) {
      const partial = ProtobufMetricsSerializer.deserializeResponse(answer).partialSuccess
      return rejectedOf(partial?.rejectedDataPoints, partial?.errorMessage)
    },
  },
}

const NOTHING = new Uint8Array()

const rejectedOf = (count = 0, reason = ''): Rejected | undefined =>
  count > 0 ? { count, reason } : undefined
