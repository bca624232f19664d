import { GrowingInts } from './growing-ints.ts'
import type { Postings } from './postings.ts'

/**
 * Tags and annotations of a hot segment, as pairs of hashes: of the whole, and of the key. Equal pairs share
 * a number, and an entry, of which there are nine or ten a span, is that number.
 */
export class HotTags {
  readonly #hashes = new GrowingInts()
  readonly #keys = new GrowingInts()
  /** Entries of each number. */
  readonly #counts = new GrowingInts()
  readonly #entries = new GrowingInts()
  /** Where the entries of each row end. */
  readonly #rowEnds = new GrowingInts()
  /** A number plus one; 0 is free. */
  #slots = new Int32Array(4096)

  /** Takes the pairs from `from` to `to` as those of the next row. */
  addRow(pairs: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i += 2)
      this.#entries.push(this.#numberOf(pairs[i] as number, pairs[i + 1] as number))
    this.#rowEnds.push(this.#entries.length)
  }

  /** Calls `onRow` for each row that has a pair to which `isMet` says yes. */
  eachRow(isMet: (hash: number, key: number) => boolean, onRow: (row: number) => void): void {
    const met = new Uint8Array(this.#hashes.length)
    let hasAny = false
    for (let number = 0; number < met.length; number++)
      if (isMet(this.#hashes.at(number), this.#keys.at(number))) {
        met[number] = 1
        hasAny = true
      }
    if (!hasAny) return
    const entries = this.#entries.view()
    const ends = this.#rowEnds.view()
    let entry = 0
    for (let row = 0; row < ends.length; row++)
      for (const end = ends[row] as number; entry < end; entry++)
        if (met[entries[entry] as number] === 1) onRow(row)
  }

  /** @param oldRows the rows in their new order */
  toPostings(oldRows: Int32Array): Postings {
    const entries = this.#entries.view()
    const ends = this.#rowEnds.view()
    const counts = this.#counts.view()
    // By number: where its rows begin, and then, where the next one goes.
    const next = new Int32Array(counts.length)
    for (let number = 1; number < next.length; number++)
      next[number] = (next[number - 1] as number) + (counts[number - 1] as number)
    const rows = new Int32Array(entries.length)
    for (let row = 0; row < oldRows.length; row++) {
      const oldRow = oldRows[row] as number
      const end = ends[oldRow] as number
      for (let entry = oldRow === 0 ? 0 : (ends[oldRow - 1] as number); entry < end; entry++) {
        const number = entries[entry] as number
        const place = next[number] as number
        rows[place] = row
        next[number] = place + 1
      }
    }
    const order = this.#sortedNumbers()
    return packRows(
      order.map((number) => this.#hashes.at(number)),
      order.map((number) => this.#keys.at(number)),
      rows,
      order.map((number) => (next[number] as number) - (counts[number] as number)),
      order.map((number) => counts[number] as number),
    )
  }

  #sortedNumbers(): Int32Array {
    const hashes = this.#hashes.view()
    // A hash and its number in one float sort without calls back: 2^31 · 2^21 stays exact.
    const sortable = new Float64Array(hashes.length)
    for (let number = 0; number < hashes.length; number++)
      sortable[number] = (hashes[number] as number) * NUMBERS + number
    sortable.sort()
    return Int32Array.from(sortable, (one) => one - Math.floor(one / NUMBERS) * NUMBERS)
  }

  #numberOf(hash: number, key: number): number {
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1
      if (number < 0) return this.#add(hash, key, slot)
      if (this.#hashes.at(number) === hash && this.#keys.at(number) === key) {
        this.#counts.set(number, this.#counts.at(number) + 1)
        return number
      }
    }
  }

  #add(hash: number, key: number, slot: number): number {
    const number = this.#hashes.length
    this.#hashes.push(hash)
    this.#keys.push(key)
    this.#counts.push(1)
    this.#slots[slot] = number + 1
    if (number * 2 > this.#slots.length) this.#widen()
    return number
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 4)
    const mask = slots.length - 1
    for (let number = 0; number < this.#hashes.length; number++) {
      let slot = spread(this.#hashes.at(number)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }
}

/** More pairs than a segment can hold. */
const NUMBERS = 2 ** 21

const spread = (hash: number): number => hash ^ (hash >>> 15)

/** Writes the rows of each pair as differences, 7 bits a byte; of a row that comes twice, one. */
function packRows(
  tagHash: Int32Array,
  tagKey: Int32Array,
  rows: Int32Array,
  starts: Int32Array,
  counts: Int32Array,
): Postings {
  const firstTagRow = new Int32Array(tagHash.length + 1)
  // No difference takes more than five bytes, and nearly all take one or two.
  let bytes = new Uint8Array(rows.length * 2 + 16)
  let used = 0
  for (let group = 0; group < tagHash.length; group++) {
    firstTagRow[group] = used
    const start = starts[group] as number
    const end = start + (counts[group] as number)
    let last = -1
    for (let i = start; i < end; i++) {
      const row = rows[i] as number
      if (row === last) continue
      let difference = last < 0 ? row : row - last
      last = row
      if (used + 5 > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2)
        larger.set(bytes)
        bytes = larger
      }
      while (difference > 0x7f) {
        bytes[used++] = (difference & 0x7f) | 0x80
        difference >>>= 7
      }
      bytes[used++] = difference
    }
  }
  firstTagRow[tagHash.length] = used
  return { tagHash, tagKey, firstTagRow, tagRows: bytes.slice(0, used) }
}
