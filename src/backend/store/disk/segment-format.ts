import { crc32 } from 'node:zlib'
import type { StoredNames } from './segment-names.ts'

/**
 * `seg-N.idx`: `SLSEG002`, length and CRC-32 of the head, length and CRC-32 of the columns (u32 little
 * endian), the head as JSON, and the columns one after the other, each at a multiple of 8.
 * `seg-N.dat`: blocks, each compressed alone. A block holds traces back to back, each a JSON list of spans
 * as their reporters sent them.
 */
export interface SegmentHead {
  readonly version: 2
  readonly spans: number
  readonly traces: number
  /** Length of `seg-N.dat`. */
  readonly dataBytes: number
  readonly minUs: number
  readonly maxUs: number
  readonly sealedUs: number
  readonly names: StoredNames
  /** Lowest words of traces that have parts in other segments too, as known when this one was sealed. */
  readonly splits: readonly number[]
  /** Marks of those whose parts have the same whole id. */
  readonly splitMarks: readonly number[]
  /** Parent and child of each link, as numbers of names. A code in `links` is twice the place, plus 1 for an error. */
  readonly linkTable: readonly (readonly [number, number])[]
  readonly columns: Readonly<Record<ColumnName, readonly [from: number, bytes: number]>>
}

export interface SegmentColumns {
  /** Four words a trace. Traces are ordered by `startUs`. */
  readonly ids: Int32Array
  readonly startUs: Float64Array
  readonly newestUs: Float64Array
  /** One more than traces. */
  readonly firstRow: Int32Array
  readonly block: Int32Array
  readonly offset: Int32Array
  readonly length: Int32Array
  /** Lowest words, sorted, and the ordinal of each. Kept in memory of every segment. */
  readonly lows: Int32Array
  readonly lowOrdinals: Int32Array
  /** One more than traces; into `links`. */
  readonly firstLink: Int32Array
  readonly links: Int32Array
  readonly blockFrom: Float64Array
  readonly blockBytes: Int32Array
  readonly service: Int32Array
  readonly remote: Int32Array
  readonly name: Int32Array
  readonly duration: Int32Array
  /** Distinct hashes of tags and annotations, sorted, with the hash of the key and the rows of each. */
  readonly tagHash: Int32Array
  readonly tagKey: Int32Array
  /** One more than hashes; into `tagRows`. */
  readonly firstTagRow: Int32Array
  /** Differences between ascending rows, 7 bits a byte. */
  readonly tagRows: Uint8Array
}

export type ColumnName = keyof SegmentColumns

const MAGIC = Buffer.from('SLSEG002')
export const PREFIX_BYTES = 24
const ALIGNMENT = 8

const KINDS = {
  ids: Int32Array,
  startUs: Float64Array,
  newestUs: Float64Array,
  firstRow: Int32Array,
  block: Int32Array,
  offset: Int32Array,
  length: Int32Array,
  lows: Int32Array,
  lowOrdinals: Int32Array,
  firstLink: Int32Array,
  links: Int32Array,
  blockFrom: Float64Array,
  blockBytes: Int32Array,
  service: Int32Array,
  remote: Int32Array,
  name: Int32Array,
  duration: Int32Array,
  tagHash: Int32Array,
  tagKey: Int32Array,
  firstTagRow: Int32Array,
  tagRows: Uint8Array,
} as const
const COLUMN_NAMES = Object.keys(KINDS) as ColumnName[]

export function encodeSegmentIndex(
  head: Omit<SegmentHead, 'columns' | 'version'>,
  columns: SegmentColumns,
): Uint8Array[] {
  const places: Partial<Record<ColumnName, readonly [number, number]>> = {}
  const pieces: Uint8Array[] = []
  let from = 0
  for (const name of COLUMN_NAMES) {
    const column = columns[name]
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
    places[name] = [from, bytes.length]
    const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT
    // zlib takes an empty piece for a request to begin anew, so there is none.
    if (bytes.length > 0) pieces.push(bytes)
    if (padding > 0) pieces.push(new Uint8Array(padding))
    from += bytes.length + padding
  }
  const json = JSON.stringify({ version: 2, ...head, columns: places })
  // Spaces after the JSON keep the columns aligned in the file.
  const headBytes = Buffer.from(json.padEnd(json.length + padTo(Buffer.byteLength(json))))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  MAGIC.copy(prefix)
  prefix.writeUInt32LE(headBytes.length, 8)
  prefix.writeUInt32LE(crc32(headBytes), 12)
  prefix.writeUInt32LE(from, 16)
  prefix.writeUInt32LE(
    pieces.reduce((sum, piece) => crc32(piece, sum), 0),
    20,
  )
  return [prefix, headBytes, ...pieces]
}

const padTo = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT

/** @returns where the head ends, or `undefined` for a file that is no index */
export function readPrefix(bytes: Buffer): { headBytes: number; columnBytes: number } | undefined {
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined
  return { headBytes: bytes.readUInt32LE(8), columnBytes: bytes.readUInt32LE(16) }
}

/** @param bytes prefix and head */
export function decodeHead(bytes: Buffer): SegmentHead | undefined {
  const prefix = readPrefix(bytes)
  if (prefix === undefined) return undefined
  const head = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + prefix.headBytes)
  if (head.length !== prefix.headBytes || crc32(head) !== bytes.readUInt32LE(12)) return undefined
  return JSON.parse(head.toString()) as SegmentHead
}

/** @param file the whole index */
export function decodeColumns(file: Buffer, head: SegmentHead): SegmentColumns | undefined {
  const prefix = readPrefix(file)
  if (prefix === undefined) return undefined
  const start = PREFIX_BYTES + prefix.headBytes
  const data = file.subarray(start, start + prefix.columnBytes)
  if (data.length !== prefix.columnBytes || crc32(data) !== file.readUInt32LE(20)) return undefined
  // A copy: views need an aligned start, which a piece of a file need not have.
  const aligned = new Uint8Array(data)
  const entries = COLUMN_NAMES.map((name) => [name, viewOf(aligned, name, head.columns[name])])
  return Object.fromEntries(entries) as SegmentColumns
}

/** A column alone, to keep in memory. */
export const decodeWords = (bytes: Buffer): Int32Array => {
  const copy = new Uint8Array(bytes)
  return new Int32Array(copy.buffer, 0, copy.length / Int32Array.BYTES_PER_ELEMENT)
}

function viewOf(
  data: Uint8Array<ArrayBuffer>,
  name: ColumnName,
  [from, bytes]: readonly [number, number],
) {
  const Kind = KINDS[name]
  return new Kind(data.buffer, data.byteOffset + from, bytes / Kind.BYTES_PER_ELEMENT)
}
