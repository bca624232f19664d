import { ok, type Result } from '../../../base/result.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import type { DependencyLink } from '../../query/dependency-linker.ts'
import type { TraceQuery } from '../../query/trace-query.ts'
import type {
  PreparedBatch,
  SpanBatch,
  TraceStore,
  TraceStoreHealth,
  TraceStoreStats,
} from '../contract.ts'
import { type DataDirectory, openDataDirectory, tidyDirectory } from './data-directory.ts'
import type { DiskTraceStoreDeps, DiskTraceStoreOptions } from './disk-options.ts'
import { type FileLayer, nodeFileLayer } from './file-layer.ts'
import { SegmentLinker } from './link-segments.ts'
import { BatchReader } from './read-batch.ts'
import { readTrace } from './read-trace.ts'
import { searchSegments } from './search-segments.ts'
import type { Segment } from './segment.ts'
import { SegmentShelf } from './segment-shelf.ts'
import { SegmentWriter } from './segment-writer.ts'
import { parseTraceKey } from './trace-key.ts'

/** @throws Fault `TRACE_STORE_DIRECTORY`, `TRACE_STORE_IN_USE` */
export async function openDiskTraceStore(
  options: DiskTraceStoreOptions,
  deps: DiskTraceStoreDeps,
): Promise<TraceStore> {
  const files = deps.files ?? nodeFileLayer
  const directory = await openDataDirectory(options.directory, files, deps.processes)
  const store = new DiskTraceStore(options, deps, directory, files)
  try {
    await store.open()
    return store
  } catch (error) {
    await directory.unlock()
    throw error
  }
}

class DiskTraceStore implements TraceStore {
  readonly #isStrict: boolean
  readonly #directory: DataDirectory
  readonly #shelf: SegmentShelf
  readonly #linker: SegmentLinker
  readonly #reader: BatchReader
  readonly #writer: SegmentWriter
  readonly #load: () => Promise<void>
  #isClosed = false

  constructor(
    options: DiskTraceStoreOptions,
    deps: DiskTraceStoreDeps,
    directory: DataDirectory,
    files: FileLayer,
  ) {
    const shelf = new SegmentShelf({
      directory,
      files,
      clock: deps.clock,
      log: deps.log,
      retainMs: options.retainMs,
      maxBytes: options.maxBytes,
    })
    const reader = new BatchReader(options.autocompleteKeys)
    const writer = new SegmentWriter({ options, deps, directory, files, shelf, reader })
    this.#isStrict = options.strictTraceId
    this.#directory = directory
    this.#shelf = shelf
    this.#linker = new SegmentLinker(shelf.isSplit)
    this.#reader = reader
    this.#writer = writer
    this.#load = async () => {
      const found = await tidyDirectory(directory, files, deps.log)
      await shelf.load(found.segments)
      await writer.open(found)
    }
  }

  open(): Promise<void> {
    return this.#load()
  }

  prepare(body: Uint8Array): Result<PreparedBatch, string> {
    const rows = this.#reader.read(body)
    if (!rows.ok) return rows
    return ok({ spanCount: rows.value.count, accept: () => this.#writer.accept(rows.value) })
  }

  async accept({ body }: SpanBatch): Promise<void> {
    const prepared = this.prepare(body)
    if (!prepared.ok) throw new Error(`spans came with a body that is none: ${prepared.error}`)
    await prepared.value.accept()
  }

  async getTrace(traceId: string): Promise<ZipkinSpan[] | undefined> {
    return (await this.getTraces([traceId]))[0]
  }

  getTraces(traceIds: readonly string[]): Promise<ZipkinSpan[][]> {
    const ids = this.#isStrict ? traceIds : traceIds.map((id) => id.slice(-16))
    return this.#shelf.read(async () => {
      const traces: ZipkinSpan[][] = []
      for (const id of new Set(ids)) {
        const spans = await readTrace(this.#segments(), parseTraceKey(id), this.#isStrict)
        if (spans.length > 0) traces.push(spans)
      }
      return traces
    })
  }

  search(query: TraceQuery): Promise<ZipkinSpan[][]> {
    const isStrict = this.#isStrict
    return this.#shelf.read(() =>
      searchSegments(this.#segments(), query, {
        isStrict,
        isSplit: (key) => this.#shelf.isInPieces(key, isStrict),
      }),
    )
  }

  serviceNames(): Promise<string[]> {
    return this.#collect((segment, into) => segment.names.collectServices(into))
  }

  spanNames(serviceName: string): Promise<string[]> {
    return this.#collect((segment, into) => segment.names.collect('spans', serviceName, into))
  }

  remoteServiceNames(serviceName: string): Promise<string[]> {
    return this.#collect((segment, into) => segment.names.collect('remotes', serviceName, into))
  }

  autocompleteValues(key: string): Promise<string[]> {
    return this.#collect((segment, into) => segment.names.collectValues(key, into))
  }

  dependencies(endTsMs: number, lookbackMs: number): Promise<DependencyLink[]> {
    return this.#shelf.read(() =>
      this.#linker.link(this.#segments(), (endTsMs - lookbackMs) * 1000, endTsMs * 1000),
    )
  }

  stats(): TraceStoreStats {
    return {
      spans: this.#segments().reduce((sum, { spanCount }) => sum + spanCount, 0),
      bytes: this.#writer.logBytes + this.#shelf.bytes,
      segments: this.#shelf.segments.length,
      evictedSpans: this.#shelf.evictedSpans,
      lostBytes: this.#writer.lostBytes,
    }
  }

  health(): TraceStoreHealth {
    const error = this.#writer.problem
    return error === undefined ? { isUp: true } : { isUp: false, error }
  }

  clear(): Promise<void> {
    return this.#writer.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#writer[Symbol.asyncDispose]()
    await this.#shelf.settleReads()
    await this.#directory.unlock()
  }

  /** Newest first. */
  #segments(): Segment[] {
    return [...this.#writer.segments, ...this.#shelf.segments.toReversed()]
  }

  async #collect(collect: (segment: Segment, into: Set<string>) => void): Promise<string[]> {
    const names = new Set<string>()
    for (const segment of this.#segments()) collect(segment, names)
    return [...names].sort()
  }
}
