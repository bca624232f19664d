import { Fault, messageOf } from '../../../base/fault.ts'
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
import { type FileHandle, type FileLayer, nodeFileLayer } from './file-layer.ts'
import { GroupCommit } from './group-commit.ts'
import { HotSegment } from './hot-segment.ts'
import { SegmentLinker } from './link-segments.ts'
import { BatchReader, ownBody } from './read-batch.ts'
import { readTrace } from './read-trace.ts'
import { replayLog } from './replay-log.ts'
import { searchSegments } from './search-segments.ts'
import type { Segment } from './segment.ts'
import { SegmentShelf } from './segment-shelf.ts'
import type { SpanRows } from './span-rows.ts'
import { parseTraceKey } from './trace-key.ts'
import { writeSegmentFiles } from './write-segment-files.ts'

const SEGMENT_SPANS = 32_768
const SEGMENT_BYTES = 48 * 1024 ** 2
/** A hot segment of so many times its size makes writers wait for the one that is being sealed, */
const SLOW_BACKLOG = 1.5
/** and of so many, which takes a failed sealing, refuses them. */
const MAX_BACKLOG = 4
/** More spans than this are sealed on the way out. */
const LONG_LOG_SPANS = 16_384
const SEGMENT_AGE_MS = 3_600_000
const UPKEEP_INTERVAL_MS = 30_000
/** A batch may take this share of the bytes of the store at most. */
const BATCH_SHARE = 4

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

interface Sealing {
  readonly hot: HotSegment
  readonly sequence: number
  readonly logBytes: number
}

class DiskTraceStore implements TraceStore {
  readonly #options: DiskTraceStoreOptions
  readonly #deps: DiskTraceStoreDeps
  readonly #directory: DataDirectory
  readonly #files: FileLayer
  readonly #shelf: SegmentShelf
  readonly #linker: SegmentLinker
  readonly #reader: BatchReader
  #hot: HotSegment
  #hotSinceUs = 0
  #sequence = 0
  #sealing: Sealing | undefined
  #sealRun: Promise<void> | undefined
  #commit: GroupCommit<SpanRows> | undefined
  #cancelUpkeep: (() => void) | undefined
  #isClosed = false

  constructor(
    options: DiskTraceStoreOptions,
    deps: DiskTraceStoreDeps,
    directory: DataDirectory,
    files: FileLayer,
  ) {
    this.#options = options
    this.#deps = deps
    this.#directory = directory
    this.#files = files
    this.#shelf = new SegmentShelf({
      directory,
      files,
      clock: deps.clock,
      log: deps.log,
      retainMs: options.retainMs,
      maxBytes: options.maxBytes,
    })
    this.#linker = new SegmentLinker(this.#shelf.isSplit)
    this.#reader = new BatchReader(options.autocompleteKeys)
    this.#hot = this.#newHot()
  }

  async open(): Promise<void> {
    const { log } = this.#deps
    const found = await tidyDirectory(this.#directory, this.#files, log)
    await this.#shelf.load(found.segments)
    for (const sequence of found.logs.slice(0, -1)) {
      await this.#sealRun
      const hot = this.#newHot()
      const path = this.#directory.logPath(sequence)
      const { file, bytes } = await replayLog(path, hot, this.#reader, this.#files, log)
      await file.close()
      this.#startSealing({ hot, sequence, logBytes: bytes })
    }
    const last = found.logs.at(-1)
    this.#sequence = last ?? Math.max(0, ...found.segments) + 1
    this.#hot = this.#newHot()
    const path = this.#directory.logPath(this.#sequence)
    const { file, bytes } = await replayLog(path, this.#hot, this.#reader, this.#files, log)
    this.#hotSinceUs = this.#deps.clock.nowUs()
    if (last === undefined) await this.#files.syncDirectory(this.#directory.path)
    this.#commit = new GroupCommit(file, bytes, {
      clock: this.#deps.clock,
      directory: this.#directory.path,
      onSafe: (batch) => {
        if (this.#hot.spanCount === 0) this.#hotSinceUs = this.#deps.clock.nowUs()
        this.#hot.add(batch)
      },
      onPause: () => this.#rotateIfFull(),
      onSync: this.#deps.onSync,
    })
    await this.#keepBounds()
    this.#scheduleUpkeep()
  }

  prepare(body: Uint8Array): Result<PreparedBatch, string> {
    const rows = this.#reader.read(body)
    if (!rows.ok) return rows
    return ok({ spanCount: rows.value.count, accept: () => this.#accept(rows.value) })
  }

  async accept({ body }: SpanBatch): Promise<void> {
    const prepared = this.prepare(body)
    if (!prepared.ok) throw new Error(`spans came with a body that is none: ${prepared.error}`)
    await prepared.value.accept()
  }

  async #accept(rows: SpanRows): Promise<void> {
    if (rows.count === 0) return
    const { body } = rows
    const { maxBytes } = this.#options
    if (body.length * BATCH_SHARE > maxBytes)
      throw new Fault(
        'TRACE_STORE_FULL',
        `a batch of ${body.length} bytes does not fit into a store of ${maxBytes}; send smaller batches or raise the limit`,
      )
    if (this.#isBacklogged(MAX_BACKLOG))
      throw new Fault(
        'TRACE_STORE_OVERLOADED',
        'spans come faster than they can be sealed; try again, or send less',
        { retryable: true },
      )
    await this.#writer().append(ownBody(rows))
  }

  async getTrace(traceId: string): Promise<ZipkinSpan[] | undefined> {
    return (await this.getTraces([traceId]))[0]
  }

  getTraces(traceIds: readonly string[]): Promise<ZipkinSpan[][]> {
    const { strictTraceId } = this.#options
    const ids = strictTraceId ? traceIds : traceIds.map((id) => id.slice(-16))
    return this.#shelf.read(async () => {
      const traces: ZipkinSpan[][] = []
      for (const id of new Set(ids)) {
        const spans = await readTrace(this.#segments(), parseTraceKey(id), strictTraceId)
        if (spans.length > 0) traces.push(spans)
      }
      return traces
    })
  }

  search(query: TraceQuery): Promise<ZipkinSpan[][]> {
    const isStrict = this.#options.strictTraceId
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
      bytes: this.#logBytes() + this.#shelf.bytes,
      segments: this.#shelf.segments.length,
      evictedSpans: this.#shelf.evictedSpans,
    }
  }

  health(): TraceStoreHealth {
    const error = this.#commit?.problem
    return error === undefined ? { isUp: true } : { isUp: false, error }
  }

  async clear(): Promise<void> {
    const writer = this.#writer()
    await writer.pause(async () => {
      await this.#sealRun
      await writer.file.truncate(0)
      await writer.file.sync()
      writer.switchTo(writer.file)
      // Left over when sealing failed.
      const left = this.#sealing
      this.#sealing = undefined
      this.#hot = this.#newHot()
      if (left !== undefined) await this.#files.unlink(this.#directory.logPath(left.sequence))
      await this.#shelf.clear()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelUpkeep?.()
    await this.#commit?.close()
    await this.#sealRun
    // A long log would make the next start slow.
    if (this.#sealing === undefined && this.#hot.spanCount >= LONG_LOG_SPANS) {
      this.#startSealing({ hot: this.#hot, sequence: this.#sequence, logBytes: 0 })
      await this.#sealRun
    }
    await this.#shelf.settleReads()
    await this.#directory.unlock()
  }

  /** Newest first. */
  #segments(): Segment[] {
    const older = this.#shelf.segments.toReversed()
    return this.#sealing === undefined
      ? [this.#hot, ...older]
      : [this.#hot, this.#sealing.hot, ...older]
  }

  #writer(): GroupCommit<SpanRows> {
    if (this.#commit === undefined) throw new Error('the store is not open')
    return this.#commit
  }

  async #collect(collect: (segment: Segment, into: Set<string>) => void): Promise<string[]> {
    const names = new Set<string>()
    for (const segment of this.#segments()) collect(segment, names)
    return [...names].sort()
  }

  #newHot(): HotSegment {
    return new HotSegment((key, isTwin) => this.#shelf.noteTrace(key, isTwin, this.#sealing?.hot))
  }

  /** Bytes of bodies at which a hot segment is sealed, so that several fit into the store. */
  #segmentBytes(): number {
    return Math.min(SEGMENT_BYTES, this.#options.maxBytes / BATCH_SHARE)
  }

  #isFull(): boolean {
    const { segmentSpans = SEGMENT_SPANS } = this.#options
    return this.#hot.spanCount >= segmentSpans || this.#hot.bodyBytes >= this.#segmentBytes()
  }

  /** Whether the hot segment has grown to so many times its size while another is being sealed. */
  #isBacklogged(times: number): boolean {
    if (this.#sealing === undefined) return false
    const { spanCount, bodyBytes } = this.#hot
    return spanCount > times * SEGMENT_SPANS || bodyBytes > times * this.#segmentBytes()
  }

  async #rotateIfFull(): Promise<void> {
    if (!this.#isFull()) return
    // Writers wait rather than be refused: it leaves the thread to sealing, and costs nobody a second try.
    if (this.#isBacklogged(SLOW_BACKLOG)) await this.#sealRun
    await this.#rotate()
  }

  /** Opens the next log and seals what the last one holds. Only while nothing is being written. */
  async #rotate(): Promise<void> {
    if (this.#sealing !== undefined || this.#hot.spanCount === 0) return
    const writer = this.#writer()
    let file: FileHandle
    try {
      file = await this.#files.open(this.#directory.logPath(this.#sequence + 1), 'append')
      await this.#files.syncDirectory(this.#directory.path)
    } catch (error) {
      this.#deps.log.error('cannot start a new log; the old one grows on', {
        directory: this.#directory.path,
        error: messageOf(error),
      })
      return
    }
    const old = writer.file
    const sealing = { hot: this.#hot, sequence: this.#sequence, logBytes: writer.fileBytes }
    writer.switchTo(file)
    this.#sequence++
    // The new hot segment must see the old one as an older segment.
    this.#sealing = sealing
    this.#hot = this.#newHot()
    this.#startSealing(sealing)
    await old.close()
  }

  #startSealing(sealing: Sealing): void {
    this.#sealing = sealing
    this.#sealRun = this.#seal(sealing).then(
      () => this.#rotateSoon(),
      (error: unknown) =>
        // The log still holds everything; upkeep tries again.
        this.#deps.log.error('cannot seal a segment', {
          directory: this.#directory.path,
          error: messageOf(error),
        }),
    )
  }

  /** The next segment may have become full meanwhile, and no batch may come to notice. */
  #rotateSoon(): void {
    if (this.#isClosed || this.#commit === undefined || !this.#isFull()) return
    this.#commit
      .pause(() => this.#rotateIfFull())
      .catch((error: unknown) =>
        this.#deps.log.error('cannot start a new log', { error: messageOf(error) }),
      )
  }

  async #seal({ hot, sequence }: Sealing): Promise<void> {
    const files = this.#files
    await writeSegmentFiles(hot, sequence, this.#directory, files, this.#deps.clock, this.#shelf)
    const segment = await this.#shelf.open(sequence)
    // In one turn, so that no read sees both or neither.
    this.#shelf.add(segment)
    this.#sealing = undefined
    await files.unlink(this.#directory.logPath(sequence))
    await this.#keepBounds()
  }

  /** Of the logs. */
  #logBytes(): number {
    return (this.#commit?.fileBytes ?? 0) + (this.#sealing?.logBytes ?? 0)
  }

  #keepBounds(): Promise<void> {
    return this.#shelf.keepBounds(this.#logBytes())
  }

  #scheduleUpkeep(): void {
    this.#cancelUpkeep = this.#deps.clock.after(UPKEEP_INTERVAL_MS, () => {
      this.#upkeep()
        .catch((error: unknown) =>
          this.#deps.log.error('upkeep of the trace store failed', { error: messageOf(error) }),
        )
        .finally(() => {
          if (!this.#isClosed) this.#scheduleUpkeep()
        })
    })
  }

  async #upkeep(): Promise<void> {
    await this.#sealRun
    if (this.#isClosed) return
    const ageMs = (this.#deps.clock.nowUs() - this.#hotSinceUs) / 1000
    if (this.#sealing !== undefined) this.#startSealing(this.#sealing)
    else if (this.#hot.spanCount > 0 && ageMs >= Math.min(SEGMENT_AGE_MS, this.#options.retainMs))
      await this.#writer().pause(() => this.#rotate())
    await this.#sealRun
    await this.#keepBounds()
  }
}
