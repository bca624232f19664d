import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'

/** `ExportTraceServiceRequest` as protobufjs reads it: 64-bit numbers as strings, enumerations as numbers, bytes as buffers. */
export interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpKeyValue[] } | null
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string } | null
      readonly spans?: readonly OtlpWireSpan[]
    }[]
    readonly schemaUrl?: string
  }[]
}

export interface OtlpKeyValue {
  readonly key: string
  readonly value?: Readonly<Record<string, unknown>> | null
}

export interface OtlpWireSpan {
  readonly traceId?: Uint8Array
  readonly spanId?: Uint8Array
  readonly parentSpanId?: Uint8Array
  readonly traceState?: string
  readonly flags?: number
  readonly name?: string
  readonly kind?: number
  readonly startTimeUnixNano?: string | number
  readonly endTimeUnixNano?: string | number
  readonly attributes?: readonly OtlpKeyValue[]
  readonly droppedAttributesCount?: number
  readonly events?: readonly {
    readonly timeUnixNano?: string | number
    readonly name?: string
    readonly attributes?: readonly OtlpKeyValue[]
  }[]
  readonly droppedEventsCount?: number
  readonly links?: readonly {
    readonly traceId?: Uint8Array
    readonly spanId?: Uint8Array
    readonly traceState?: string
    readonly attributes?: readonly OtlpKeyValue[]
  }[]
  readonly droppedLinksCount?: number
  readonly status?: { readonly code?: number; readonly message?: string } | null
}

export interface OtlpResponse {
  readonly partialSuccess?: {
    readonly rejectedSpans?: string | number
    readonly errorMessage?: string
  } | null
}

/** `ExportMetricsServiceRequest`, read the same way. */
export interface OtlpMetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpKeyValue[] } | null
    readonly scopeMetrics?: readonly {
      readonly scope?: { readonly name?: string } | null
      readonly metrics?: readonly OtlpWireMetric[]
    }[]
  }[]
}

export interface OtlpWireMetric {
  readonly name?: string
  readonly description?: string
  readonly unit?: string
  readonly gauge?: { readonly dataPoints?: readonly OtlpWirePoint[] } | null
  readonly sum?: {
    readonly dataPoints?: readonly OtlpWirePoint[]
    readonly aggregationTemporality?: number
    readonly isMonotonic?: boolean
  } | null
  readonly histogram?: {
    readonly dataPoints?: readonly OtlpWirePoint[]
    readonly aggregationTemporality?: number
  } | null
}

export interface OtlpWirePoint {
  readonly attributes?: readonly OtlpKeyValue[]
  readonly startTimeUnixNano?: string | number
  readonly timeUnixNano?: string | number
  readonly asDouble?: number
  readonly count?: string | number
  readonly sum?: number
  readonly bucketCounts?: readonly (string | number)[]
  readonly explicitBounds?: readonly number[]
}

export interface OtlpMetricsResponse {
  readonly partialSuccess?: {
    readonly rejectedDataPoints?: string | number
    readonly errorMessage?: string
  } | null
}

/** The services as `@grpc/grpc-js` takes them, made from the official files. */
export const serviceDefinitions = loadSync(
  [
    'opentelemetry/proto/collector/trace/v1/trace_service.proto',
    'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
  ],
  {
    includeDirs: ['test/interop/vectors/otlp-protos'],
    longs: String,
    enums: Number,
    defaults: false,
  },
)

const codec = <T>(name: string): { encode(value: T): Buffer; decode(bytes: Uint8Array): T } => {
  const definition = serviceDefinitions[
    `opentelemetry.proto.collector.${name}`
  ] as MessageTypeDefinition<unknown, unknown>
  return {
    encode: (value) => definition.serialize(value),
    decode: (bytes) => definition.deserialize(Buffer.from(bytes)) as T,
  }
}

/** Not our own codec: protobufjs over the official files. */
export const otlpRequests = codec<OtlpRequest>('trace.v1.ExportTraceServiceRequest')
export const otlpResponses = codec<OtlpResponse>('trace.v1.ExportTraceServiceResponse')
export const otlpMetricsRequests = codec<OtlpMetricsRequest>(
  'metrics.v1.ExportMetricsServiceRequest',
)
export const otlpMetricsResponses = codec<OtlpMetricsResponse>(
  'metrics.v1.ExportMetricsServiceResponse',
)
