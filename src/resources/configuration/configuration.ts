import type { AccessControlSpec } from './access-control.ts'
import type { ApiSpec } from './api.ts'
import type { FeatureSpec } from './features.ts'
import type { LoggingSpec } from './logging.ts'
import type { MetricSpec } from './metric.ts'
import type { MtlsSpec } from './mtls.ts'
import type { NameResolutionSpec } from './name-resolution.ts'
import type { PipelineSpec } from './pipeline.ts'
import type { SamplingSpec } from './sampling.ts'
import type { SecretsSpec } from './secrets.ts'
import type { WorkflowSpec } from './workflow.ts'

/**
 * A Configuration after validation: what this sidecar reads of `dapr.io/v1alpha1` Configuration.
 *
 * @see dapr `charts/dapr/crds/configuration.yaml`
 */
export interface Configuration {
  /** `metadata.name` of the last file that gave one. */
  readonly name: string | undefined
  /** Absent when no file has a `tracing` section. */
  readonly tracing: TracingSpec | undefined
  /** `metric` with the set fields of `metrics` over it. */
  readonly metric?: MetricSpec
  readonly logging?: LoggingSpec
  readonly accessControl?: AccessControlSpec
  readonly api?: ApiSpec
  readonly secrets?: SecretsSpec
  readonly httpPipeline?: PipelineSpec
  readonly appHttpPipeline?: PipelineSpec
  readonly components?: { readonly deny?: readonly string[] | undefined }
  readonly features?: readonly FeatureSpec[]
  readonly nameResolution?: NameResolutionSpec
  readonly mtls?: MtlsSpec
  readonly workflow?: WorkflowSpec
  readonly wasm?: { readonly strictSandbox?: boolean | undefined }
}

export interface TracingSpec {
  /** 0 to 1. Absent = Dapr's default, 0.0001. */
  readonly samplingRate: number | undefined
  /** Absent = `false`, unless an earlier file says `true`. */
  readonly stdout: boolean | undefined
  /** Absent = `true`. */
  readonly componentSpans?: boolean
  /** Absent = `true`. */
  readonly tap?: boolean
  /** Absent = no Zipkin exporter. */
  readonly zipkin: ZipkinSpec | undefined
  /** Absent = no OTLP exporter. */
  readonly otel: OtelSpec | undefined
  /** Absent = Dapr's sampler alone; present, rate 0 follows sampled callers instead of switching tracing off. */
  readonly sampling: SamplingSpec | undefined
}

export interface ZipkinSpec {
  /** A complete URL. */
  readonly endpointAddress: string
  /** Sent with each batch. Values may be secret: they are never shown. */
  readonly headers: Readonly<Record<string, string>>
}

/** @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
export interface OtelSpec {
  /** `host:port`, without scheme and path. */
  readonly endpointAddress: string
  readonly protocol: 'http' | 'grpc'
  /** TLS. */
  readonly isSecure: boolean
  /** Values may be secret: they are never shown. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export const EMPTY_CONFIGURATION: Configuration = { name: undefined, tracing: undefined }
