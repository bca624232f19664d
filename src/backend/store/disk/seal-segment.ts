import { promisify } from 'node:util'
import { type BrotliOptions, brotliCompress, constants } from 'node:zlib'
import type { FileHandle } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { buildPostings } from './postings.ts'
import { encodeSegmentIndex, type SegmentColumns, type SegmentHead } from './segment-format.ts'

const BLOCK_BYTES = 128 * 1024
/** Of the four threads that Node has for files and compression, two stay free for the log. */
const MAX_PACKING = 2
/** Traces between two looks at the clock. */
const SLICE_TRACES = 64

const compress = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress)
const QUALITY: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

export interface SealContext {
  readonly sealedUs: number
  /** Lowest words of the traces in several segments. */
  readonly isSplit: (low: number) => boolean
  /** Resolves when others have had their turn; called often. */
  readonly breathe: () => Promise<void>
}

/**
 * Turns a hot segment, which takes no more spans, into the two files of a sealed one: spans regrouped by
 * trace, compressed; columns in the new order. Compression runs on Node's own threads, the rest in slices
 * between requests.
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
  const newRowOf = new Int32Array(hot.spanCount)
  rows.oldRows.forEach((oldRow, newRow) => {
    newRowOf[oldRow] = newRow
  })
  const postings = buildPostings(
    old.tagHash.view(),
    old.tagKey.view(),
    old.tagRow.view().map((row) => newRowOf[row] as number),
  )
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
  let packing: Promise<Buffer>[] = []
  let pieces: Buffer[] = []
  let size = 0
  let blockNumber = 0

  const flush = async (): Promise<void> => {
    const packed = await Promise.all(packing)
    packing = []
    await data.write(packed)
    for (const one of packed) {
      from.push(position)
      bytes.push(one.length)
      position += one.length
    }
  }
  const endBlock = async (): Promise<void> => {
    packing.push(compress(Buffer.concat(pieces), QUALITY))
    pieces = []
    size = 0
    blockNumber++
    if (packing.length === MAX_PACKING) await flush()
  }

  for (const [place, ordinal] of order.entries()) {
    const trace = hot.bytesOf(ordinal)
    block[place] = blockNumber
    offset[place] = size
    length[place] = trace.length
    pieces.push(trace)
    size += trace.length
    if (size >= BLOCK_BYTES) await endBlock()
    if (place % SLICE_TRACES === 0) await breathe()
  }
  if (pieces.length > 0) await endBlock()
  await flush()
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
    for (const oldRow of hot.rowsOf(ordinal)) oldRows[row++] = oldRow
    if (place % (SLICE_TRACES * 16) === 0) await breathe()
  }
  firstRow[order.length] = row
  return { firstRow, oldRows }
}

async function gatherLinks(hot: HotSegment, order: readonly number[], { breathe }: SealContext) {
  const firstLink = new Int32Array(order.length + 1)
  const links: number[] = []
  for (const [place, ordinal] of order.entries()) {
    firstLink[place] = links.length
    for (const code of hot.links(ordinal)) links.push(code)
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
  const lowOf = Int32Array.from(ordinals, (ordinal) => hot.keyOf(ordinal).low)
  const lowOrdinals = Int32Array.from(ordinals, (_, place) => place).sort(
    (a, b) => (lowOf[a] as number) - (lowOf[b] as number),
  )
  return { lows: reorder(lowOf, lowOrdinals), lowOrdinals }
}

const reorder = (values: Int32Array, order: Int32Array): Int32Array =>
  order.map((index) => values[index] as number)
