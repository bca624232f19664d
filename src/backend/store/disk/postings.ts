import type { SegmentColumns } from './segment-format.ts'

/** The rows of each tag and annotation, by hash. */
export type Postings = Pick<SegmentColumns, 'tagHash' | 'tagKey' | 'firstTagRow' | 'tagRows'>

/** Calls `onRow` for each row whose tag or annotation has the hash. */
export function eachRowOfHash(
  postings: Postings,
  hash: number,
  onRow: (row: number) => void,
): void {
  const { tagHash } = postings
  // Two keys may share a hash.
  for (let group = findSorted(tagHash, hash); tagHash[group] === hash; group++)
    eachRow(postings, group, onRow)
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
