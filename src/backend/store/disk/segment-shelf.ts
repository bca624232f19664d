import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { DataDirectory } from './data-directory.ts'
import type { FileLayer } from './file-layer.ts'
import { LoadedSegments } from './loaded-segments.ts'
import { openSealedSegment, openSealedSegments } from './open-segments.ts'
import type { SealedSegment } from './sealed-segment.ts'
import type { Segment } from './segment.ts'
import { markOf, type TraceKey } from './trace-key.ts'

export interface ShelfOptions {
  readonly directory: DataDirectory
  readonly files: FileLayer
  readonly clock: Clock
  readonly log: Logger
  readonly retainMs: number
  readonly maxBytes: number
}

/** The sealed segments: opened, kept within their bounds, and removed when nobody reads them any more. */
export class SegmentShelf {
  readonly #options: ShelfOptions
  readonly #loaded = new LoadedSegments()
  readonly #splits = new Set<number>()
  readonly #splitMarks = new Set<number>()
  readonly #reads = new Set<Promise<unknown>>()
  /** Oldest first. */
  #segments: SealedSegment[] = []
  #evictedSpans = 0

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  /** Oldest first. */
  get segments(): readonly SealedSegment[] {
    return this.#segments
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { fileBytes }) => sum + fileBytes, 0)
  }

  get evictedSpans(): number {
    return this.#evictedSpans
  }

  async load(sequences: readonly number[]): Promise<void> {
    const { directory, files, log } = this.#options
    const opened = await openSealedSegments(directory, sequences, files, this.#loaded, log)
    for (const { segment, head } of opened) {
      this.#segments.push(segment)
      for (const low of head.splits) this.#splits.add(low)
      for (const mark of head.splitMarks) this.#splitMarks.add(mark)
    }
  }

  /** Opens a segment whose files have just been written. */
  async open(sequence: number): Promise<SealedSegment> {
    const { directory, files } = this.#options
    const opened = await openSealedSegment(directory, sequence, files, this.#loaded)
    if (opened === undefined) throw new Error(`segment ${sequence} cannot be read back`)
    return opened.segment
  }

  add(segment: SealedSegment): void {
    this.#segments.push(segment)
  }

  hasLow(low: number): boolean {
    return this.#segments.some((segment) => segment.hasLow(low))
  }

  /** Whether a trace may have parts in several segments, or share its right half with another. */
  isSplit = (low: number): boolean => this.#splits.has(low)

  /** Whether parts with the same whole id may be in several segments. */
  isSplitMark = (mark: number): boolean => this.#splitMarks.has(mark)

  /**
   * Told of each new trace of the hot segment, finds out whether it is in pieces.
   *
   * @param isTwin another one there has the same right half
   * @param sealing the segment that is on its way to the shelf
   */
  noteTrace(key: TraceKey, isTwin: boolean, sealing: Segment | undefined): void {
    const isKnown = sealing?.hasLow(key.low) === true || this.hasLow(key.low)
    if (isTwin || isKnown) this.#splits.add(key.low)
    if (!isKnown) return
    const mark = markOf(key)
    const mayHave = (segment: Segment): boolean => segment.mayHave(mark)
    if ((sealing !== undefined && mayHave(sealing)) || this.#segments.some(mayHave))
      this.#splitMarks.add(mark)
  }

  /** Whether parts of a trace may be in several segments, or, if ids count by their right half, in one. */
  isInPieces(key: TraceKey, isStrict: boolean): boolean {
    return isStrict ? this.isSplitMark(markOf(key)) : this.isSplit(key.low)
  }

  /** Files of a segment that leaves stay until the reads that may use them are done. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    const reading = work()
    this.#reads.add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  async settleReads(): Promise<void> {
    await Promise.allSettled(this.#reads)
  }

  /** Lets segments go by age, then by size, the oldest first. */
  async keepBounds(otherBytes: number): Promise<void> {
    const { clock, retainMs, maxBytes } = this.#options
    const oldestUs = clock.nowUs() - retainMs * 1000
    const gone = this.#segments.filter(
      ({ maxUs, sealedUs }) => (maxUs === 0 ? sealedUs : Math.min(maxUs, sealedUs)) < oldestUs,
    )
    const kept = this.#segments.filter((segment) => !gone.includes(segment))
    let bytes = otherBytes + kept.reduce((sum, { fileBytes }) => sum + fileBytes, 0)
    while (bytes > maxBytes) {
      const oldest = kept.shift()
      if (oldest === undefined) break
      gone.push(oldest)
      bytes -= oldest.fileBytes
    }
    for (const { spanCount } of gone) this.#evictedSpans += spanCount
    this.#segments = kept
    await this.#remove(gone)
  }

  async clear(): Promise<void> {
    const gone = this.#segments
    this.#segments = []
    this.#splits.clear()
    this.#splitMarks.clear()
    await this.#remove(gone)
  }

  async #remove(segments: readonly SealedSegment[]): Promise<void> {
    if (segments.length === 0) return
    const { directory, files } = this.#options
    await this.settleReads()
    for (const segment of segments) {
      this.#loaded.drop(segment)
      // The index first: data without an index is removed at the next start.
      for (const path of segment.paths) await files.unlink(path)
    }
    await files.syncDirectory(directory.path)
  }
}
