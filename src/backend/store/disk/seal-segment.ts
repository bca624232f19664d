import { type BrotliOptions, brotliCompressSync, constants } from 'node:zlib'
import type { FileHandle } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { encodeSegmentIndex, type SegmentColumns, type SegmentHead } from './segment-format.ts'
import { markOf } from './trace-key.ts'

const BLOCK_BYTES = 128 * 1024
/** Packed blocks that go to the file at once. */
const BLOCKS_PER_WRITE = 8
/** Traces between two looks at the clock. */
const SLICE_TRACES = 64

const QUALITY: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

export interface SealContext {
  readonly sealedUs: number
  /** Lowest words of the traces in several segments. */
  readonly isSplit: (low: number) => boolean
  /** The same by marks of whole ids. */
  readonly isSplitMark: (mark: number) => boolean
  /** Resolves when others have had their turn; called often. */
  readonly breathe: () => Promise<void>
}

/**
 * Turns a hot segment, which takes no more spans, into the two files of a sealed one: spans regrouped by
 * trace, compressed; columns in the new order. It all runs in slices between requests. (On Node's own threads
 * each block is compressed in new memory, which costs twice as much as the work.)
 */
export async function writeSegment(
  hot: HotSegment,
  data: FileHandle,
  index: FileHandle,
  context: SealContext,
): Promise<void> {
  const order = orderTraces(hot)
  const blocks = await writeBlocks(hot, order, data, context)
  const rows = await regroupRows(hot, order, context)
  const links = await gatherLinks(hot, order, context)
  const { columns: old } = hot
  const ordinals = Int32Array.from(order)
  const lows = sortLows(hot, ordinals)
  await context.breathe()
  const postings = hot.tags.toPostings(rows.oldRows)
  await context.breathe()
  const columns: SegmentColumns = {
    ids: idsOf(hot, ordinals),
    startUs: Float64Array.from(ordinals, (ordinal) => hot.startUs(ordinal)),
    newestUs: Float64Array.from(ordinals, (ordinal) => hot.newestUs(ordinal)),
    firstRow: rows.firstRow,
    ...blocks.columns,
    ...lows,
    firstLink: links.firstLink,
    links: links.links,
    service: reorder(old.service.view(), rows.oldRows),
    remote: reorder(old.remote.view(), rows.oldRows),
    name: reorder(old.name.view(), rows.oldRows),
    duration: reorder(old.duration.view(), rows.oldRows),
    ...postings,
  }
  const head: Omit<SegmentHead, 'columns' | 'version'> = {
    spans: hot.spanCount,
    traces: hot.traceCount,
    dataBytes: blocks.dataBytes,
    minUs: hot.maxUs === 0 ? 0 : hot.minUs,
    maxUs: hot.maxUs,
    sealedUs: context.sealedUs,
    names: hot.names.store(),
    splits: [...new Set(lows.lows)].filter(context.isSplit),
    splitMarks: order.map((ordinal) => markOf(hot.keyOf(ordinal))).filter(context.isSplitMark),
    linkTable: hot.linkTable,
  }
  await data.sync()
  await index.write(encodeSegmentIndex(head, columns))
  await index.sync()
}

const orderTraces = (hot: HotSegment): number[] =>
  Array.from({ length: hot.traceCount }, (_, ordinal) => ordinal).sort(
    (a, b) => hot.startUs(a) - hot.startUs(b),
  )

async function writeBlocks(
  hot: HotSegment,
  order: readonly number[],
  data: FileHandle,
  { breathe }: SealContext,
) {
  const block = new Int32Array(order.length)
  const offset = new Int32Array(order.length)
  const length = new Int32Array(order.length)
  const from: number[] = []
  const bytes: number[] = []
  let position = 0
  let packed: Buffer[] = []
  let pieces = Buffer.allocUnsafe(BLOCK_BYTES * 2)
  let size = 0
  let blockNumber = 0

  const endBlock = async (): Promise<void> => {
    const one = brotliCompressSync(pieces.subarray(0, size), QUALITY)
    packed.push(one)
    from.push(position)
    bytes.push(one.length)
    position += one.length
    size = 0
    blockNumber++
    if (packed.length === BLOCKS_PER_WRITE) await flush()
    await breathe()
  }
  const flush = async (): Promise<void> => {
    await data.write(packed)
    packed = []
  }

  for (const [place, ordinal] of order.entries()) {
    const traceBytes = hot.bytesOf(ordinal)
    if (size + traceBytes > pieces.length) {
      const larger = Buffer.allocUnsafe((size + traceBytes) * 2)
      larger.set(pieces.subarray(0, size))
      pieces = larger
    }
    block[place] = blockNumber
    offset[place] = size
    length[place] = traceBytes
    size = hot.writeTrace(ordinal, pieces, size)
    if (size >= BLOCK_BYTES) await endBlock()
  }
  if (size > 0) await endBlock()
  if (packed.length > 0) await flush()
  const blockFrom = Float64Array.from(from)
  const blockBytes = Int32Array.from(bytes)
  return { dataBytes: position, columns: { block, offset, length, blockFrom, blockBytes } }
}

async function regroupRows(hot: HotSegment, order: readonly number[], { breathe }: SealContext) {
  const firstRow = new Int32Array(order.length + 1)
  const oldRows = new Int32Array(hot.spanCount)
  let row = 0
  for (const [place, ordinal] of order.entries()) {
    firstRow[place] = row
    row += hot.traces.rowsInto(oldRows, row, ordinal)
    if (place % (SLICE_TRACES * 16) === 0) await breathe()
  }
  firstRow[order.length] = row
  return { firstRow, oldRows }
}

async function gatherLinks(hot: HotSegment, order: readonly number[], { breathe }: SealContext) {
  const firstLink = new Int32Array(order.length + 1)
  const links: number[] = []
  const onCode = (code: number): void => {
    links.push(code)
  }
  for (const [place, ordinal] of order.entries()) {
    firstLink[place] = links.length
    hot.eachLink(ordinal, onCode)
    if (place % SLICE_TRACES === 0) await breathe()
  }
  firstLink[order.length] = links.length
  return { firstLink, links: Int32Array.from(links) }
}

function idsOf(hot: HotSegment, ordinals: Int32Array): Int32Array {
  const ids = new Int32Array(ordinals.length * 4)
  ordinals.forEach((ordinal, place) => {
    const { word0, word1, word2, low } = hot.keyOf(ordinal)
    ids.set([word0, word1, word2, low], place * 4)
  })
  return ids
}

function sortLows(hot: HotSegment, ordinals: Int32Array) {
  const lowOf = Int32Array.from(ordinals, (ordinal) => hot.lowOf(ordinal))
  const lowOrdinals = Int32Array.from(ordinals, (_, place) => place).sort(
    (a, b) => (lowOf[a] as number) - (lowOf[b] as number),
  )
  return { lows: reorder(lowOf, lowOrdinals), lowOrdinals }
}

const reorder = (values: Int32Array, order: Int32Array): Int32Array =>
  order.map((index) => values[index] as number)
