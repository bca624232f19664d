import type { Problem } from '../base/problem.ts'

/** On a sidecar's port for peers. */
export const REPORT_PATH = '/sidelight/v1/report'

/**
 * What a sidecar says of its telemetry, in `/v1.0/metadata` and to whoever asks on the port for peers: which
 * Configuration it runs and since when, what is in force, how its exporters do, what it saw of contexts.
 * Counts are since its start. Holds no secret: header names, masked URLs.
 */
export interface SidecarReport {
  readonly appId: string
  readonly namespace: string
  readonly pid: number
  readonly version: string
  /** Epoch microseconds, by the sidecar's wall clock; `nowUs` when the report was made. */
  readonly startedUs: number
  readonly nowUs: number
  readonly configuration: ConfigurationReport
  readonly resources: ResourcesReport
  readonly sampling: SamplingReport
  /** Absent from versions that did not say it. */
  readonly metrics?: MetricsReport
  readonly exporters: readonly ExporterReport[]
  readonly spans: {
    readonly started: number
    readonly sampled: number
    /** By the keeper, after their end. */
    readonly kept: number
  }
  /** Decisions by rule (`parent`, `rate`, `floor`, … or a rule's name). */
  readonly decisions: Readonly<
    Record<string, { readonly sampled: number; readonly unsampled: number }>
  >
  readonly context: ContextReport
  readonly keep: KeepReport
}

/** Traces that were unsampled and worth keeping. */
export interface KeepReport {
  /** By reason: `error`, `slow`, `peer`. */
  readonly kept: Readonly<Record<string, number>>
  /** Those whose spans here are lost, by reason: `budget`, `expired`, `peer_off`, `peer_unreachable`. */
  readonly missed: Readonly<Record<string, number>>
}

export interface ConfigurationReport {
  /** `metadata.name`. */
  readonly name: string | undefined
  /** As `--config` names them; none = nothing was configured. */
  readonly files: readonly string[]
  readonly generation: number
  /** When this generation came into force: epoch microseconds. */
  readonly sinceUs: number
  readonly lastReload: 'applied' | 'unchanged' | 'rejected'
  readonly lastReloadUs: number
  /** Why the last change was rejected; warnings. */
  readonly problems: readonly Problem[]
  /** What the step to this generation changed, without values of headers; empty for the first. */
  readonly lastChange: readonly ConfigurationChange[]
  /** Who set what: by path without `spec.`, for example `tracing.samplingRate`. */
  readonly sources: Readonly<Record<string, { readonly file: string; readonly line?: number }>>
}

/** Components, Subscriptions and Resiliencies. */
export interface ResourcesReport {
  /** As `--resources-path` names them. */
  readonly directories: readonly string[]
  readonly lastReload: 'applied' | 'unchanged' | 'rejected'
  readonly lastReloadUs: number
  /** Why the last change was rejected; warnings. */
  readonly problems: readonly Problem[]
  /** Components that do not run as their resources ask. */
  readonly failed: readonly ComponentFailure[]
}

export interface ComponentFailure {
  readonly name: string
  readonly type: string
  /** One sentence, without a secret. */
  readonly reason: string
  /** It runs on by its resource as it was before. */
  readonly isRunning: boolean
  readonly file: string
  readonly line?: number
}

export interface ConfigurationChange {
  /** Without `spec.`; entries of lists by their names: `tracing.sampling.rules.checkout.rate`. */
  readonly path: string
  /** Absent = was not set. */
  readonly before: string | undefined
  /** Absent = is not set any more. */
  readonly after: string | undefined
}

export interface SamplingReport {
  /** `false`: no span is made and context passes byte for byte. */
  readonly enabled: boolean
  /** A `tracing` section was given. */
  readonly configured: boolean
  /** For roots that no rule names, 0 to 1. */
  readonly rate: number
  /** `undefined` without a `sampling` block. */
  readonly parent: 'follow' | 'raise' | 'ignore' | undefined
  readonly overrides: readonly RuleReport[]
  readonly rules: readonly RuleReport[]
  readonly floorPerMinute: number | undefined
  readonly limitPerSecond: number | undefined
  readonly keep:
    | {
        readonly errors: boolean
        readonly errorsFrom: number
        readonly slowerThanMs: number | undefined
        readonly perSecond: number
        readonly holdMs: number
      }
    | undefined
  readonly force: { readonly header: string; readonly perMinute: number } | undefined
  /** In force per operation, the busiest first; only with a `sampling` block. */
  readonly operations: readonly OperationReport[]
}

/** What is in force of the metric section, defaults put in. */
export interface MetricsReport {
  /** `dapr_*` are recorded. */
  readonly enabled: boolean
  readonly recordErrorCodes: boolean
  /** Absent = Dapr's. */
  readonly latencyBucketsMs: readonly number[] | undefined
  readonly increasedCardinality: boolean
  readonly excludeVerbs: boolean
  readonly pathMatching: readonly string[]
  /** Names of the metrics that rules rewrite, as the catalogue has them. */
  readonly rules: readonly string[]
}

export interface RuleReport {
  readonly name: string
  readonly match: Readonly<Record<string, string>>
  readonly rate: number
  readonly perSecond: number | undefined
  /** Epoch microseconds at which an override ends by itself. */
  readonly untilUs: number | undefined
}

export interface OperationReport {
  /** Fields that are not empty, for example `{ api: 'invoke', target: 'orders', path: '/orders/{id}' }`. */
  readonly operation: Readonly<Record<string, string>>
  /** The rule that decides about a request without special headers. */
  readonly rule: string
  /** Its rate now: lowered where a budget asks for it. */
  readonly rate: number
  readonly sampled: number
  readonly unsampled: number
}

export interface ExporterReport {
  /** `zipkin`, `otlp`, `stdout`. */
  readonly name: string
  /** Masked URL or address; absent for stdout. */
  readonly endpoint: string | undefined
  /** Whether the last attempt succeeded; absent before the first. */
  readonly up: boolean | undefined
  readonly lastSuccessUs: number | undefined
  readonly lastError: string | undefined
  readonly lastErrorUs: number | undefined
  readonly exported: number
  /** By reason: `queue_full`, `refused`, `removed`, `shutdown`. */
  readonly dropped: Readonly<Record<string, number>>
}

/** Both sides of the app, as only its sidecar sees them. */
export interface ContextReport {
  /** Requests that were handed to the app with a `traceparent`. */
  readonly delivered: number
  /** Calls of the app that continued one of those. */
  readonly carried: number
  /** Calls of the app without any context while it served such a request. */
  readonly lost: number
  /** The last of them. */
  readonly lastLost: { readonly atUs: number; readonly call: string } | undefined
  /** Calls with a trace of the caller's own. */
  readonly foreign: number
  /** Those of them whose flag says: not sampled. */
  readonly foreignUnsampled: number
}
