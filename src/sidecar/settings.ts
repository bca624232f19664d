import type { MetricsPush } from '../resources/index.ts'
import type { BatchSettings } from '../telemetry/index.ts'

/** What a sidecar is started with: daprd's flags and environment after parsing. Cannot change live. */
export interface SidecarSettings {
  readonly appId: string
  /** `NAMESPACE`, else `default`. */
  readonly namespace: string
  /** Absent = no app: outgoing APIs only. */
  readonly appPort: number | undefined
  readonly appProtocol: 'http' | 'https'
  readonly appChannelAddress: string
  /** Calls into the app at a time; more wait. Absent = no bound. */
  readonly appMaxConcurrency: number | undefined
  readonly appHealthCheck: AppHealthCheckSettings | undefined
  /** Whether the app is asked for its subscriptions. */
  readonly asksSubscriptions: boolean
  /** For the app's answer to `OPTIONS /<binding>`. */
  readonly appBindingOptionsTimeoutMs: number
  readonly httpPort: number
  readonly grpcPort: number
  readonly internalPort: number
  /** Metadata and health only, without token. */
  readonly publicPort: number | undefined
  /** Absent = metrics are off. */
  readonly metricsPort: number | undefined
  readonly listenAddresses: readonly string[]
  readonly internalListenAddresses: readonly string[]
  readonly publicListenAddresses: readonly string[]
  readonly metricsListenAddresses: readonly string[]
  /** Origins that may call from a browser; empty = no CORS handling, `*` = all. */
  readonly allowedOrigins: readonly string[]
  readonly maxBodyBytes: number
  readonly maxHeaderBytes: number
  /** Absent = the Configuration decides. */
  readonly apiLogging: boolean | undefined
  /** Directories of Components. */
  readonly resourcesPaths: readonly string[]
  /** Absent = resources are files, and peers are those of this machine. */
  readonly cluster: ClusterSettings | undefined
  readonly gracefulShutdownMs: number
  /** How long the API keeps serving after a stop was asked for. */
  readonly blockShutdownMs: number
  /** `OTEL_SERVICE_NAME`, else the app id. */
  readonly serviceName: string
  /** `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly batch: BatchSettings
  /** Absent = metrics are scraped only. */
  readonly metricsPush: MetricsPush | undefined
  /** What clients must send; a secret. */
  readonly apiToken: string | undefined
  /** What the app gets; a secret. */
  readonly appApiToken: string | undefined
}

/** Of `--mode kubernetes`. */
export interface ClusterSettings {
  /** `HOST:PORT` of the operator. */
  readonly operatorAddress: string
  /** `DAPR_TRUST_ANCHORS`: who signs the operator's certificate, PEM. */
  readonly trustAnchors: string
  /** File of the token by which the sidecar shows who it is. */
  readonly tokenFile: string
  /** For example `cluster.local`. */
  readonly clusterDomain: string
  /** Whether the app has the secret store `kubernetes` without a Component. */
  readonly secretStore: boolean
}

export interface AppHealthCheckSettings {
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Failures in a row until the app counts as unhealthy. */
  readonly threshold: number
}
