import { GrowingInts } from './growing-ints.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Lower-case names and their numbers, by the bytes that they came in: a name that was seen before costs no
 * string. 0 is the empty name.
 */
export class Words {
  readonly #texts: string[] = ['']
  readonly #numbers = new Map([['', 0]])
  /** Forms: bytes as they stood between quotes. Two may mean one name. */
  readonly #hashes = new GrowingInts()
  readonly #ends = new GrowingInts()
  readonly #meanings = new GrowingInts()
  /** Number of a form plus one; 0 is free. */
  #slots = new Int32Array(1024)
  #bytes = new Uint8Array(16 * 1024)

  /** How many there are, of forms or of names. */
  get size(): number {
    return Math.max(this.#hashes.length, this.#texts.length)
  }

  get byteLength(): number {
    return this.#startOf(this.#hashes.length)
  }

  textOf(number: number): string {
    return this.#texts[number] as string
  }

  /** @param name lower case */
  ofText(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#texts.push(name) - 1
      this.#numbers.set(name, number)
    }
    return number
  }

  /**
   * The name between two quotes.
   *
   * @param hash of the bytes, any that spreads well
   * @returns -1 when the bytes are no inside of a JSON string
   */
  ofBytes(body: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const form = (this.#slots[slot] as number) - 1
      if (form < 0) return this.#add(body, from, to, hash, slot)
      if (this.#hashes.at(form) === hash && this.#isForm(form, body, from, to))
        return this.#meanings.at(form)
    }
  }

  #isForm(form: number, body: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(form)
    if (this.#ends.at(form) - start !== to - from) return false
    const bytes = this.#bytes
    for (let i = from; i < to; i++) if (bytes[start + i - from] !== body[i]) return false
    return true
  }

  #add(body: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const text = readJsonText(body, from, to)
    if (text === undefined) return -1
    const number = this.ofText(text.toLowerCase())
    const start = this.byteLength
    const end = start + to - from
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(body.subarray(from, to), start)
    this.#hashes.push(hash)
    this.#ends.push(end)
    this.#meanings.push(number)
    this.#slots[slot] = this.#hashes.length
    if (this.#hashes.length * 2 > this.#slots.length) this.#widen()
    return number
  }

  #startOf(form: number): number {
    return form === 0 ? 0 : this.#ends.at(form - 1)
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let form = 0; form < this.#hashes.length; form++) {
      let slot = spread(this.#hashes.at(form)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = form + 1
    }
    this.#slots = slots
  }
}

/** @returns the text between two quotes, or `undefined` when JSON has no such string */
export function readJsonText(body: Uint8Array, from: number, to: number): string | undefined {
  try {
    return JSON.parse(`"${utf8.decode(body.subarray(from, to))}"`) as string
  } catch {
    // Not lost: whoever asked leaves the message to the decoder, which words the fault.
    return undefined
  }
}

const spread = (hash: number): number => hash ^ (hash >>> 15)
