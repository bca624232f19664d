import type { SpanRecord } from './span.ts'

/** What became of a batch. */
export type ExportOutcome =
  | {
      readonly kind: 'exported'
      /** Absent = all of them. The receiver took the others and will never take these. */
      readonly rejected?: { readonly spans: number; readonly reason: string }
    }
  /** The receiver will never take this batch: it is dropped and counted. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may take it later: the batch is kept and tried again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }

/** Sends spans out of the sidecar. Knows no queue: that belongs to the processor. */
export interface Exporter {
  /** Never rejects. Gives up, as `failed`, when `signal` fires. */
  export(spans: readonly SpanRecord[], signal: AbortSignal): Promise<ExportOutcome>
}

export type ExporterName = 'zipkin' | 'otlp' | 'stdout'
