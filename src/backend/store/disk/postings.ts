import type { SegmentColumns } from './segment-format.ts'

type Postings = Pick<SegmentColumns, 'tagHash' | 'tagKey' | 'firstTagRow' | 'tagRows'>

/**
 * Sorts entries by hash, then row, and packs them.
 *
 * @param hashes of each entry; `keys` and `rows` beside it, all of one length
 */
export function buildPostings(hashes: Int32Array, keys: Int32Array, rows: Int32Array): Postings {
  const order = orderBy(hashes, orderBy(rows, undefined))
  const tagHash = new Int32Array(countDistinct(hashes, order))
  const tagKey = new Int32Array(tagHash.length)
  const firstTagRow = new Int32Array(tagHash.length + 1)
  let bytes = new Uint8Array(hashes.length * 2 + 16)
  let used = 0
  let group = -1
  let last = 0
  for (const entry of order) {
    const hash = hashes[entry] as number
    const row = rows[entry] as number
    if (group < 0 || tagHash[group] !== hash) {
      group++
      tagHash[group] = hash
      tagKey[group] = keys[entry] as number
      firstTagRow[group] = used
      last = 0
    } else if (row === last) continue
    if (used + 5 > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2)
      larger.set(bytes)
      bytes = larger
    }
    let difference = row - last
    while (difference > 0x7f) {
      bytes[used++] = (difference & 0x7f) | 0x80
      difference >>>= 7
    }
    bytes[used++] = difference
    last = row
  }
  firstTagRow[group + 1] = used
  return { tagHash, tagKey, firstTagRow, tagRows: bytes.slice(0, used) }
}

/** A stable radix sort of 32-bit integers: three passes of 11 bits. */
function orderBy(values: Int32Array, start: Int32Array | undefined): Int32Array {
  const { length } = values
  let from: Int32Array = start ?? Int32Array.from({ length }, (_, index) => index)
  let to: Int32Array = new Int32Array(length)
  for (const shift of [0, 11, 22]) {
    const counts = new Int32Array(2049)
    for (let i = 0; i < length; i++) {
      const digit = digitOf(values[from[i] as number] as number, shift)
      counts[digit + 1] = (counts[digit + 1] as number) + 1
    }
    for (let digit = 0; digit < 2048; digit++)
      counts[digit + 1] = (counts[digit + 1] as number) + (counts[digit] as number)
    for (let i = 0; i < length; i++) {
      const entry = from[i] as number
      const digit = digitOf(values[entry] as number, shift)
      const place = counts[digit] as number
      counts[digit] = place + 1
      to[place] = entry
    }
    const spare = from
    from = to
    to = spare === start ? new Int32Array(length) : spare
  }
  return from
}

/** The sign bit is turned over, so that negative numbers come first. */
const digitOf = (value: number, shift: number): number => ((value ^ 0x80000000) >>> shift) & 0x7ff

function countDistinct(hashes: Int32Array, order: Int32Array): number {
  let distinct = 0
  let last: number | undefined
  for (const entry of order) {
    const hash = hashes[entry] as number
    if (hash !== last) distinct++
    last = hash
  }
  return distinct
}

/** Calls `onRow` for each row whose tag or annotation has the hash. */
export function eachRowOfHash(
  postings: Postings,
  hash: number,
  onRow: (row: number) => void,
): void {
  const group = findSorted(postings.tagHash, hash)
  if (postings.tagHash[group] === hash) eachRow(postings, group, onRow)
}

/** Calls `onRow` for each row with a tag of the key; for a row more than once if hashes collide. */
export function eachRowOfKey(postings: Postings, key: number, onRow: (row: number) => void): void {
  const { tagKey } = postings
  for (let group = tagKey.indexOf(key); group !== -1; group = tagKey.indexOf(key, group + 1))
    eachRow(postings, group, onRow)
}

function eachRow(
  { firstTagRow, tagRows }: Postings,
  group: number,
  onRow: (row: number) => void,
): void {
  const end = firstTagRow[group + 1] as number
  let row = 0
  for (let at = firstTagRow[group] as number; at < end; ) {
    let difference = 0
    let shift = 0
    let byte: number
    do {
      byte = tagRows[at++] as number
      difference |= (byte & 0x7f) << shift
      shift += 7
    } while (byte > 0x7f)
    row += difference
    onRow(row)
  }
}

/** The first place in a sorted column whose value is not smaller. */
export function findSorted(column: Int32Array, value: number): number {
  let low = 0
  let high = column.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((column[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
