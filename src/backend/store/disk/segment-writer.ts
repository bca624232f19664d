import { Fault, messageOf } from '../../../base/fault.ts'
import type { DataDirectory, FoundFiles } from './data-directory.ts'
import type { DiskTraceStoreDeps, DiskTraceStoreOptions } from './disk-options.ts'
import type { FileHandle, FileLayer } from './file-layer.ts'
import { GroupCommit } from './group-commit.ts'
import { HotSegment } from './hot-segment.ts'
import { type BatchReader, ownBody } from './read-batch.ts'
import { type ReplayedLog, replayLog } from './replay-log.ts'
import type { Segment } from './segment.ts'
import type { SegmentShelf } from './segment-shelf.ts'
import type { SpanRows } from './span-rows.ts'
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

interface Sealing {
  readonly hot: HotSegment
  readonly sequence: number
  readonly logBytes: number
}

export interface SegmentWriterParts {
  readonly options: DiskTraceStoreOptions
  readonly deps: DiskTraceStoreDeps
  readonly directory: DataDirectory
  readonly files: FileLayer
  readonly shelf: SegmentShelf
  readonly reader: BatchReader
}

/**
 * The writing half of the store: the log, the hot segment it fills, and the one that is being sealed for the shelf.
 */
export class SegmentWriter {
  readonly #parts: SegmentWriterParts
  #hot: HotSegment
  #hotSinceUs = 0
  #sequence = 0
  #sealing: Sealing | undefined
  #sealRun: Promise<void> | undefined
  #commit: GroupCommit<SpanRows> | undefined
  #cancelUpkeep: (() => void) | undefined
  #isClosed = false
  #lostBytes = 0

  constructor(parts: SegmentWriterParts) {
    this.#parts = parts
    this.#hot = this.#newHot()
  }

  /** What is not on the shelf yet, newest first. */
  get segments(): readonly Segment[] {
    return this.#sealing === undefined ? [this.#hot] : [this.#hot, this.#sealing.hot]
  }

  /** Of the logs. */
  get logBytes(): number {
    return (this.#commit?.fileBytes ?? 0) + (this.#sealing?.logBytes ?? 0)
  }

  /** Of the logs, what could not be read when they were opened. */
  get lostBytes(): number {
    return this.#lostBytes
  }

  /** Why nothing is accepted. */
  get problem(): string | undefined {
    return this.#commit?.problem
  }

  /** Brings back what the logs hold. The shelf must be loaded. */
  async open(found: FoundFiles): Promise<void> {
    const { deps, directory, files } = this.#parts
    for (const sequence of found.logs.slice(0, -1)) {
      await this.#sealRun
      const hot = this.#newHot()
      const { file, bytes } = await this.#replay(sequence, hot)
      await file.close()
      this.#startSealing({ hot, sequence, logBytes: bytes })
    }
    const last = found.logs.at(-1)
    this.#sequence = last ?? Math.max(0, ...found.segments) + 1
    this.#hot = this.#newHot()
    const { file, bytes } = await this.#replay(this.#sequence, this.#hot)
    this.#hotSinceUs = deps.clock.nowUs()
    if (last === undefined) await files.syncDirectory(directory.path)
    this.#commit = new GroupCommit(file, bytes, {
      clock: deps.clock,
      directory: directory.path,
      onSafe: (batch) => {
        if (this.#hot.spanCount === 0) this.#hotSinceUs = deps.clock.nowUs()
        this.#hot.add(batch)
      },
      onPause: () => this.#rotateIfFull(),
      onSync: deps.onSync,
      log: deps.log,
    })
    await this.#keepBounds()
    this.#scheduleUpkeep()
  }

  async #replay(sequence: number, hot: HotSegment): Promise<ReplayedLog> {
    const { deps, directory, files, reader } = this.#parts
    const path = directory.logPath(sequence)
    const replayed = await replayLog(path, hot, reader, files, deps.log)
    this.#lostBytes += replayed.lostBytes
    return replayed
  }

  /** As `TraceStore.accept`. */
  async accept(rows: SpanRows): Promise<void> {
    if (rows.count === 0) return
    const { body } = rows
    const { maxBytes } = this.#parts.options
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
    await this.#opened().append(ownBody(rows))
  }

  /** Empties the log and the shelf. */
  async clear(): Promise<void> {
    const writer = this.#opened()
    await writer.pause(async () => {
      await this.#sealRun
      await writer.file.truncate(0)
      await writer.file.sync()
      writer.switchTo(writer.file)
      // Left over when sealing failed.
      const left = this.#sealing
      this.#sealing = undefined
      this.#hot = this.#newHot()
      if (left !== undefined)
        await this.#parts.files.unlink(this.#parts.directory.logPath(left.sequence))
      await this.#parts.shelf.clear()
    })
  }

  /** Writes what waits, and seals a long log. */
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
  }

  #opened(): GroupCommit<SpanRows> {
    if (this.#commit === undefined) throw new Error('the store is not open')
    return this.#commit
  }

  #newHot(): HotSegment {
    return new HotSegment((key, isTwin) =>
      this.#parts.shelf.noteTrace(key, isTwin, this.#sealing?.hot),
    )
  }

  /** Bytes of bodies at which a hot segment is sealed, so that several fit into the store. */
  #segmentBytes(): number {
    return Math.min(SEGMENT_BYTES, this.#parts.options.maxBytes / BATCH_SHARE)
  }

  #isFull(): boolean {
    const { segmentSpans = SEGMENT_SPANS } = this.#parts.options
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
    const writer = this.#opened()
    let file: FileHandle
    try {
      file = await this.#parts.files.open(
        this.#parts.directory.logPath(this.#sequence + 1),
        'append',
      )
      await this.#parts.files.syncDirectory(this.#parts.directory.path)
    } catch (error) {
      this.#parts.deps.log.error('cannot start a new log; the old one grows on', {
        directory: this.#parts.directory.path,
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
        this.#parts.deps.log.error('cannot seal a segment', {
          directory: this.#parts.directory.path,
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
        this.#parts.deps.log.error('cannot start a new log', { error: messageOf(error) }),
      )
  }

  async #seal({ hot, sequence }: Sealing): Promise<void> {
    const files = this.#parts.files
    await writeSegmentFiles(
      hot,
      sequence,
      this.#parts.directory,
      files,
      this.#parts.deps.clock,
      this.#parts.shelf,
    )
    const segment = await this.#parts.shelf.open(sequence)
    // In one turn, so that no read sees both or neither.
    this.#parts.shelf.add(segment)
    this.#sealing = undefined
    await files.unlink(this.#parts.directory.logPath(sequence))
    await this.#keepBounds()
  }

  #keepBounds(): Promise<void> {
    return this.#parts.shelf.keepBounds(this.logBytes)
  }

  #scheduleUpkeep(): void {
    this.#cancelUpkeep = this.#parts.deps.clock.after(UPKEEP_INTERVAL_MS, () => {
      this.#upkeep()
        .catch((error: unknown) =>
          this.#parts.deps.log.error('upkeep of the trace store failed', {
            error: messageOf(error),
          }),
        )
        .finally(() => {
          if (!this.#isClosed) this.#scheduleUpkeep()
        })
    })
  }

  async #upkeep(): Promise<void> {
    await this.#sealRun
    if (this.#isClosed) return
    const ageMs = (this.#parts.deps.clock.nowUs() - this.#hotSinceUs) / 1000
    if (this.#sealing !== undefined) this.#startSealing(this.#sealing)
    else if (
      this.#hot.spanCount > 0 &&
      ageMs >= Math.min(SEGMENT_AGE_MS, this.#parts.options.retainMs)
    )
      await this.#opened().pause(() => this.#rotate())
    await this.#sealRun
    await this.#keepBounds()
  }
}
