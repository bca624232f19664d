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
}

export interface TracingSpec {
  /** 0 to 1. Absent = Dapr's default, 0.0001. */
  readonly samplingRate: number | undefined
  /** A complete URL. Absent = no Zipkin exporter. */
  readonly zipkinEndpoint: string | undefined
  /** Absent = `false`, unless an earlier file says `true`. */
  readonly stdout: boolean | undefined
  /** A `sampling` block is present, so that rate 0 follows sampled callers instead of switching tracing off. */
  readonly followsCallers: boolean
}

export const EMPTY_CONFIGURATION: Configuration = { name: undefined, tracing: undefined }
