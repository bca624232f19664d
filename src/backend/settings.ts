import type { Slo } from '../dashboards/index.ts'

/** What the operator decides. The command line makes it; nobody else reads flags or environment. */
export interface BackendSettings {
  /** 0 takes a free port. */
  readonly port: number
  readonly addresses: readonly string[]
  readonly store: StoreSettings
  /** Tag keys whose values are offered for completion. */
  readonly autocompleteKeys: readonly string[]
  /** `false` joins traces whose ids agree in the right 16 digits. */
  readonly strictTraceId: boolean
  /** `false` answers names and searches with empty lists; traces by id and dependencies still work. */
  readonly searchEnabled: boolean
  /** Whether `POST /admin/clear` exists. */
  readonly allowClear: boolean
  /** The built console; `undefined` serves no pages. */
  readonly consoleDirectory: string | undefined
  readonly metrics: MetricsSettings
  /** Of one message, both as sent and decompressed. */
  readonly maxBodyBytes: number
  /** Of one message. */
  readonly maxBatchSpans: number
  /** Of the boards. Absent = those that nobody has to write. */
  readonly slos?: readonly Slo[]
  /** Shown in `/info` and `config.json`. */
  readonly version: string
}

export interface MetricsSettings {
  /** Between two scrapes of a sidecar. `undefined` scrapes none. */
  readonly scrapeIntervalMs: number | undefined
  /** Older samples leave. */
  readonly retainMs: number
  /** Of all samples in memory; the oldest leave first. */
  readonly maxBytes: number
}

export type StoreSettings = MemoryStoreSettings | DiskStoreSettings | UpstreamStoreSettings

export interface MemoryStoreSettings {
  readonly kind: 'memory'
  readonly maxSpans: number
}

export interface DiskStoreSettings {
  readonly kind: 'disk'
  readonly directory: string
  /** Spans older than this leave, a segment at a time. */
  readonly retainMs: number
  /** Of all files; the oldest segments leave first. */
  readonly maxBytes: number
}

/** Somebody else's store that speaks Zipkin's API. */
export interface UpstreamStoreSettings {
  readonly kind: 'upstream'
  /** Its root. May hold a user and password. */
  readonly url: string
}

const HOUR_MS = 3_600_000

export const BACKEND_DEFAULTS = {
  port: 9411,
  maxSpans: 500_000,
  retainMs: 7 * 24 * HOUR_MS,
  maxBytes: 4 * 1024 ** 3,
  maxBodyBytes: 10 * 1024 ** 2,
  maxBatchSpans: 100_000,
  queryLimit: 10,
  queryLookbackMs: 24 * HOUR_MS,
  uiLookbackMs: 900_000,
  metrics: { scrapeIntervalMs: 15_000, retainMs: 4 * HOUR_MS, maxBytes: 64 * 1024 ** 2 },
} as const
