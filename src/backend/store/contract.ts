import type { Result } from '../../base/result.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import type { DependencyLink } from '../query/dependency-linker.ts'
import type { TraceQuery } from '../query/trace-query.ts'

/** One message of a reporter. */
export interface SpanBatch {
  readonly spans: readonly ZipkinSpan[]
  /** The JSON list that `spans` was decoded from, for a store that keeps bytes. Not touched afterwards. */
  readonly body: Uint8Array
}

/** A message that one store has read and not taken yet. */
export interface PreparedBatch {
  readonly spanCount: number
  /** As {@link TraceStore.accept}. */
  accept(): Promise<void>
}

export interface TraceStoreStats {
  readonly spans: number
  /** On disk, or 0 for a store in memory. */
  readonly bytes: number
  readonly segments: number
  /** Spans that left to keep the bounds, since the start. */
  readonly evictedSpans: number
  /** Of what was on disk at the start, what could not be read. */
  readonly lostBytes: number
}

/** Why a store takes nothing more. Reads go on. */
export interface TraceStoreHealth {
  readonly isUp: boolean
  readonly error?: string
}

/**
 * Where traces live. Every driver passes `test/conformance/trace-store.ts`. All names are lower case, as
 * decoding makes them; all lists of names are sorted.
 *
 * Traces are told apart by their whole id, or by its right 16 digits when the store is opened with
 * `strictTraceId: false`. Spans come back as they came in, equal ones once.
 */
export interface TraceStore extends AsyncDisposable {
  /**
   * Reads a JSON list of spans in whatever way suits the store. What is refused, and in which words, is
   * what `decodeZipkinSpans` says.
   *
   * @param body not touched afterwards
   */
  prepare(body: Uint8Array): Result<PreparedBatch, string>
  /**
   * Takes a batch whole or not at all, and resolves when it is as safe as this driver can make it.
   * @throws Fault `TRACE_STORE_FULL` the batch does not fit however long one waits,
   * `TRACE_STORE_OVERLOADED` (retryable) too much is waiting to be written,
   * `TRACE_STORE_DISK_FULL` (retryable) there is no room; what is stored stays,
   * `TRACE_STORE_BROKEN` the disk failed: nothing is accepted until the store is opened again
   */
  accept(batch: SpanBatch): Promise<void>
  /** `traceId` as `parseTraceId` gives it. `undefined` when no span has it. */
  getTrace(traceId: string): Promise<ZipkinSpan[] | undefined>
  /** Those that exist, in any order. */
  getTraces(traceIds: readonly string[]): Promise<ZipkinSpan[][]>
  /** At most `query.limit` traces, newest first. */
  search(query: TraceQuery): Promise<ZipkinSpan[][]>
  serviceNames(): Promise<string[]>
  spanNames(serviceName: string): Promise<string[]>
  remoteServiceNames(serviceName: string): Promise<string[]>
  /** Values of the tags that the store was told to keep for completion. */
  autocompleteValues(key: string): Promise<string[]>
  /** Links of the traces that have a span in the window; both ends belong to it. */
  dependencies(endTsMs: number, lookbackMs: number): Promise<DependencyLink[]>
  stats(): TraceStoreStats
  health(): TraceStoreHealth
  clear(): Promise<void>
}

export interface TraceStoreOptions {
  readonly strictTraceId: boolean
  readonly autocompleteKeys: readonly string[]
}
