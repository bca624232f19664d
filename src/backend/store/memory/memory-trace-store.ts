import { Fault } from '../../../base/fault.ts'
import { ok, type Result } from '../../../base/result.ts'
import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { type DependencyLink, LinkSum, linkTrace } from '../../query/dependency-linker.ts'
import { toLinkSpan } from '../../query/link-span.ts'
import { isInWindow, matchesQuery, type TraceQuery } from '../../query/trace-query.ts'
import { uniqueSpans } from '../../query/unique-spans.ts'
import type {
  PreparedBatch,
  SpanBatch,
  TraceStore,
  TraceStoreHealth,
  TraceStoreOptions,
  TraceStoreStats,
} from '../contract.ts'
import { NameIndex } from '../name-index.ts'

export interface MemoryTraceStoreOptions extends TraceStoreOptions {
  /** Whole traces leave, the oldest first, to stay at or below it. */
  readonly maxSpans: number
}

/** For laptops and tests: everything is gone when the process is. */
export function openMemoryTraceStore(options: MemoryTraceStoreOptions): TraceStore {
  return new MemoryTraceStore(options)
}

interface StoredTrace {
  readonly key: string
  readonly spans: ZipkinSpan[]
  /** The smallest timestamp, or 0. */
  startUs: number
}

/** How much of the store is put in order of age at once when room is needed. */
const EVICTION_SHARE = 8

class MemoryTraceStore implements TraceStore {
  readonly #options: MemoryTraceStoreOptions
  readonly #names: NameIndex
  readonly #traces = new Map<string, StoredTrace>()
  /** Newest first; made when asked for. */
  #newestFirst: readonly StoredTrace[] | undefined
  /** The next to leave, the oldest last. */
  #leaving: StoredTrace[] = []
  #spanCount = 0
  #evictedSpans = 0

  constructor(options: MemoryTraceStoreOptions) {
    this.#options = options
    this.#names = new NameIndex(options.autocompleteKeys)
  }

  prepare(body: Uint8Array): Result<PreparedBatch, string> {
    const decoded = decodeZipkinSpans(body)
    if (!decoded.ok) return decoded
    const spans = decoded.value
    return ok({ spanCount: spans.length, accept: () => this.accept({ spans, body }) })
  }

  async accept({ spans }: SpanBatch): Promise<void> {
    const { maxSpans } = this.#options
    // One message may never cost more than half of what is there.
    if (spans.length * 2 > maxSpans)
      throw new Fault(
        'TRACE_STORE_FULL',
        `a batch of ${spans.length} spans does not fit into a store of ${maxSpans}; send smaller batches or raise the limit`,
      )
    this.#makeRoom(maxSpans - spans.length)
    for (const span of spans) this.#add(span)
    if (spans.length > 0) this.#newestFirst = undefined
  }

  async getTrace(traceId: string): Promise<ZipkinSpan[] | undefined> {
    const trace = this.#traces.get(this.#keyOf(traceId))
    return trace === undefined ? undefined : uniqueSpans(trace.spans)
  }

  async getTraces(traceIds: readonly string[]): Promise<ZipkinSpan[][]> {
    const keys = new Set(traceIds.map((id) => this.#keyOf(id)))
    return [...keys].flatMap((key) => {
      const trace = this.#traces.get(key)
      return trace === undefined ? [] : [uniqueSpans(trace.spans)]
    })
  }

  async search(query: TraceQuery): Promise<ZipkinSpan[][]> {
    this.#newestFirst ??= [...this.#traces.values()].sort((a, b) => b.startUs - a.startUs)
    const found: ZipkinSpan[][] = []
    for (const { spans } of this.#newestFirst) {
      if (!matchesQuery(query, spans)) continue
      found.push(uniqueSpans(spans))
      if (found.length === query.limit) break
    }
    return found
  }

  async serviceNames(): Promise<string[]> {
    return this.#names.services()
  }

  async spanNames(serviceName: string): Promise<string[]> {
    return this.#names.spans(serviceName)
  }

  async remoteServiceNames(serviceName: string): Promise<string[]> {
    return this.#names.remotes(serviceName)
  }

  async autocompleteValues(key: string): Promise<string[]> {
    return this.#names.values(key)
  }

  async dependencies(endTsMs: number, lookbackMs: number): Promise<DependencyLink[]> {
    const window = { endTsMs, lookbackMs }
    const sum = new LinkSum()
    for (const { spans } of this.#lowTraces())
      if (spans.some(({ timestamp }) => timestamp !== undefined && isInWindow(window, timestamp)))
        linkTrace(spans.map(toLinkSpan), (parent, child, isError) =>
          sum.add(parent, child, 1, isError ? 1 : 0),
        )
    return sum.links()
  }

  stats(): TraceStoreStats {
    return {
      spans: this.#spanCount,
      bytes: 0,
      segments: 0,
      evictedSpans: this.#evictedSpans,
      lostBytes: 0,
    }
  }

  health(): TraceStoreHealth {
    return { isUp: true }
  }

  async clear(): Promise<void> {
    this.#traces.clear()
    this.#names.clear()
    this.#leaving = []
    this.#newestFirst = undefined
    this.#spanCount = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear()
  }

  #keyOf(traceId: string): string {
    return this.#options.strictTraceId ? traceId : traceId.slice(-16)
  }

  /** A trace of which one half has short ids is one trace to the linker, whatever the store is told. */
  *#lowTraces(): Iterable<Pick<StoredTrace, 'spans'>> {
    if (!this.#options.strictTraceId) {
      yield* this.#traces.values()
      return
    }
    const byLowId = new Map<string, ZipkinSpan[][]>()
    for (const { key, spans } of this.#traces.values()) {
      const low = key.slice(-16)
      const parts = byLowId.get(low)
      if (parts === undefined) byLowId.set(low, [spans])
      else parts.push(spans)
    }
    for (const parts of byLowId.values()) yield { spans: parts.flat() }
  }

  #add(span: ZipkinSpan): void {
    const key = this.#keyOf(span.traceId)
    const startUs = span.timestamp ?? 0
    const trace = this.#traces.get(key)
    if (trace === undefined) this.#traces.set(key, { key, spans: [span], startUs })
    else {
      trace.spans.push(span)
      if (startUs !== 0 && (trace.startUs === 0 || startUs < trace.startUs)) trace.startUs = startUs
    }
    this.#spanCount++
    this.#names.add(span)
  }

  #makeRoom(target: number): void {
    while (this.#spanCount > target) {
      const trace = this.#nextToLeave()
      if (this.#traces.get(trace.key) !== trace) continue
      this.#traces.delete(trace.key)
      this.#spanCount -= trace.spans.length
      this.#evictedSpans += trace.spans.length
      for (const span of trace.spans) this.#names.remove(span)
      this.#newestFirst = undefined
    }
  }

  #nextToLeave(): StoredTrace {
    const next = this.#leaving.pop()
    if (next !== undefined) return next
    const oldestFirst = [...this.#traces.values()].sort((a, b) => a.startUs - b.startUs)
    const share = Math.ceil(oldestFirst.length / EVICTION_SHARE)
    this.#leaving = oldestFirst.slice(0, share).reverse()
    return this.#leaving.pop() as StoredTrace
  }
}
