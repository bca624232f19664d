import { brotliDecompressSync } from 'node:zlib'
import { Fault } from '../../../base/fault.ts'
import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { type Criteria, leadingAnnotation, rowBits, toRowCriteria } from './criteria.ts'
import type { FileLayer } from './file-layer.ts'
import type { IdFilter } from './id-filter.ts'
import type { LoadedSegments } from './loaded-segments.ts'
import { eachRowOfHash, eachRowOfKey, findSorted } from './postings.ts'
import type { Matches, OpenSegment, Segment } from './segment.ts'
import { decodeColumns, type SegmentColumns, type SegmentHead } from './segment-format.ts'
import { SegmentNames } from './segment-names.ts'
import { isSameRight, type TraceKey } from './trace-key.ts'

/** Where a sealed segment lies and what of it stays in memory. */
export interface SealedSegmentOptions {
  readonly head: SegmentHead
  /** Lowest words of its traces, sorted. */
  readonly lows: Int32Array
  /** Marks of their whole ids. */
  readonly marks: IdFilter
  readonly indexPath: string
  readonly dataPath: string
  /** Of both files. */
  readonly fileBytes: number
}

/** A segment in its files. Columns come into memory when asked for and leave again when others are. */
export class SealedSegment implements Segment {
  readonly #options: SealedSegmentOptions
  readonly #files: FileLayer
  readonly #loaded: LoadedSegments
  readonly names: SegmentNames

  constructor(options: SealedSegmentOptions, files: FileLayer, loaded: LoadedSegments) {
    this.#options = options
    this.#files = files
    this.#loaded = loaded
    this.names = SegmentNames.restore(options.head.names)
  }

  get spanCount(): number {
    return this.#options.head.spans
  }

  get minUs(): number {
    return this.#options.head.minUs
  }

  get maxUs(): number {
    return this.#options.head.maxUs
  }

  /** When the last span in it can have come, µs. */
  get sealedUs(): number {
    return this.#options.head.sealedUs
  }

  get fileBytes(): number {
    return this.#options.fileBytes
  }

  get paths(): readonly [index: string, data: string] {
    return [this.#options.indexPath, this.#options.dataPath]
  }

  hasLow(low: number): boolean {
    const { lows } = this.#options
    return lows[findSorted(lows, low)] === low
  }

  mayHave(mark: number): boolean {
    return this.#options.marks.mayHave(mark)
  }

  open(): Promise<OpenSegment> {
    return this.#loaded.get(this, async () => {
      const { head, indexPath } = this.#options
      const file = await this.#files.readWhole(indexPath)
      const columns = decodeColumns(file, head)
      if (columns === undefined)
        throw new Fault(
          'TRACE_STORE_DAMAGED',
          `${indexPath} is damaged: its checksum does not fit; move the segment's files away to go on without it`,
        )
      const segment = new OpenSealedSegment(head, columns, this.names, (block) =>
        this.#readBlock(columns, block),
      )
      return { segment, bytes: file.length }
    })
  }

  async #readBlock(columns: SegmentColumns, block: number): Promise<Buffer> {
    const cached = this.#loaded.block(this, block)
    if (cached !== undefined) return cached
    const file = await this.#files.open(this.#options.dataPath, 'read')
    try {
      const packed = await file.read(
        columns.blockBytes[block] as number,
        columns.blockFrom[block] as number,
      )
      const bytes = brotliDecompressSync(packed)
      this.#loaded.keepBlock(this, block, bytes)
      return bytes
    } finally {
      await file.close()
    }
  }
}

class OpenSealedSegment implements OpenSegment {
  readonly #head: SegmentHead
  readonly #columns: SegmentColumns
  readonly #names: SegmentNames
  readonly #readBlock: (block: number) => Promise<Buffer>

  constructor(
    head: SegmentHead,
    columns: SegmentColumns,
    names: SegmentNames,
    readBlock: (block: number) => Promise<Buffer>,
  ) {
    this.#head = head
    this.#columns = columns
    this.#names = names
    this.#readBlock = readBlock
  }

  get traceCount(): number {
    return this.#head.traces
  }

  keyOf(ordinal: number): TraceKey {
    const { ids } = this.#columns
    const at = ordinal * 4
    return {
      word0: ids[at] as number,
      word1: ids[at + 1] as number,
      word2: ids[at + 2] as number,
      low: ids[at + 3] as number,
    }
  }

  lowOf(ordinal: number): number {
    return this.#columns.ids[ordinal * 4 + 3] as number
  }

  startUs(ordinal: number): number {
    return this.#columns.startUs[ordinal] as number
  }

  newestUs(ordinal: number): number {
    return this.#columns.newestUs[ordinal] as number
  }

  spansOf = (ordinal: number): number => {
    const { firstRow } = this.#columns
    return (firstRow[ordinal + 1] as number) - (firstRow[ordinal] as number)
  }

  find(key: TraceKey): number[] {
    const { lows, lowOrdinals } = this.#columns
    const found: number[] = []
    for (let place = findSorted(lows, key.low); lows[place] === key.low; place++) {
      const ordinal = lowOrdinals[place] as number
      if (isSameRight(this.keyOf(ordinal), key)) found.push(ordinal)
    }
    return found
  }

  matches(criteria: Criteria): Matches | undefined {
    const row = toRowCriteria(criteria.query, this.#names)
    if (row === undefined) return undefined
    const { service, remote, name, duration, firstRow } = this.#columns
    const lead = leadingAnnotation(criteria)
    const tags = lead === undefined ? undefined : this.#markTags(criteria.annotations, lead.bit)
    return {
      ordinals: tags === undefined ? allOrdinals(this.traceCount) : this.#ordinalsOf(tags.leads),
      bits(ordinal) {
        const end = firstRow[ordinal + 1] as number
        let met = 0
        for (let at = firstRow[ordinal] as number; at < end; at++) {
          const own = service[at] as number
          if (row.service !== 0 && own !== row.service) continue
          met |= rowBits(row, own, remote[at] as number, name[at] as number, duration[at] as number)
          if (tags !== undefined) met |= tags.bits[at] as number
        }
        return met
      },
    }
  }

  async read(ordinal: number): Promise<ZipkinSpan[]> {
    const { block, offset, length } = this.#columns
    const bytes = await this.#readBlock(block[ordinal] as number)
    const from = offset[ordinal] as number
    const decoded = decodeZipkinSpans(bytes.subarray(from, from + (length[ordinal] as number)))
    if (!decoded.ok) throw new Error(`a stored span cannot be read: ${decoded.error}`)
    return decoded.value
  }

  links(ordinal: number): Int32Array {
    const { firstLink, links } = this.#columns
    return links.subarray(firstLink[ordinal], firstLink[ordinal + 1])
  }

  get linkTable(): SegmentHead['linkTable'] {
    return this.#head.linkTable
  }

  /** Marks the rows that meet an annotation, and lists those that meet the leading one. */
  #markTags(
    annotations: Criteria['annotations'],
    leadingBit: number,
  ): { bits: Int32Array; leads: number[] } {
    const bits = new Int32Array(this.#head.spans)
    const leads: number[] = []
    for (const { bit, tag, key, annotation } of annotations) {
      const mark = (row: number): void => {
        bits[row] = (bits[row] as number) | bit
        if (bit === leadingBit) leads.push(row)
      }
      if (tag !== undefined) eachRowOfHash(this.#columns, tag, mark)
      else {
        eachRowOfKey(this.#columns, key, mark)
        eachRowOfHash(this.#columns, annotation, mark)
      }
    }
    return { bits, leads }
  }

  /** The traces that the rows belong to, each once. */
  #ordinalsOf(rows: readonly number[]): Set<number> {
    const { firstRow } = this.#columns
    // The first trace that begins behind the row follows the one that holds it.
    return new Set(rows.map((row) => findSorted(firstRow, row + 1) - 1))
  }
}

function* allOrdinals(count: number): Generator<number> {
  for (let ordinal = 0; ordinal < count; ordinal++) yield ordinal
}
