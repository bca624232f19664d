import type { SegmentNames } from './segment-names.ts'
import type { Words } from './words.ts'

/** From the numbers of words, which serve all segments, to those of the names in one. */
export class WordNumbers {
  readonly #names: SegmentNames
  #words: Words | undefined
  /** By number of the word; 0 = not known yet. */
  #numbers = new Int32Array(256)

  constructor(names: SegmentNames) {
    this.#names = names
  }

  /** Itself, ready for numbers of these words. */
  of(words: Words): this {
    if (words !== this.#words) {
      this.#words = words
      this.#numbers.fill(0)
    }
    return this
  }

  /** 0 stays 0. */
  numberOf(word: number): number {
    if (word === 0) return 0
    const known = this.#numbers[word]
    return known === undefined || known === 0 ? this.#look(word) : known
  }

  #look(word: number): number {
    const number = this.#names.numberOf(this.#words?.textOf(word))
    if (word >= this.#numbers.length) {
      const larger = new Int32Array(Math.max(word + 1, this.#numbers.length * 2))
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[word] = number
    return number
  }
}
