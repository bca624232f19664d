/** Bits for each id, of which it sets two: about one strange id in seventy seems to be known. */
const BITS_PER_ID = 16

/** Says of 32-bit marks whether they may have been added, in a few bytes for each. */
export class IdFilter {
  readonly #bits: Int32Array
  readonly #mask: number

  /** @param count how many will be added */
  constructor(count: number) {
    let size = 1024
    while (size < count * BITS_PER_ID) size *= 2
    this.#mask = size - 1
    this.#bits = new Int32Array(size / 32)
  }

  add(mark: number): void {
    this.#set(mark & this.#mask)
    this.#set(otherOf(mark) & this.#mask)
  }

  mayHave(mark: number): boolean {
    return this.#isSet(mark & this.#mask) && this.#isSet(otherOf(mark) & this.#mask)
  }

  #set(place: number): void {
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] as number) | (1 << (place & 31))
  }

  #isSet(place: number): boolean {
    return ((this.#bits[place >>> 5] as number) & (1 << (place & 31))) !== 0
  }
}

const otherOf = (mark: number): number => Math.imul(mark, 0x9e3779b1) >>> 7
