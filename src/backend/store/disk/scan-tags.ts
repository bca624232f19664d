import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts'
import { fieldAt, isAt, skipColon, skipSpace, tableOfFields } from './scan-json.ts'
import { UNUSUAL, type ValueScanner } from './scan-values.ts'
import { BASES, hashAnnotation, hashKey, hashTag, tagBasis } from './tag-hash.ts'
import { readJsonText } from './words.ts'

/** Keys of so many tags are compared one by one. */
const MAX_TAGS = 64
const ANNOTATION_FIELDS = tableOfFields(['timestamp', 'value'])
const ERROR = Buffer.from('"error"')

/** Reads tags and annotations into pairs of hashes. Its methods are like those of {@link ValueScanner}. */
export class TagScanner {
  readonly #values: ValueScanner
  readonly #keysToComplete: readonly string[]
  #pairs = new Int32Array(2 * 4096)
  #length = 0
  #completions: [key: string, value: string][] = []
  /** Whether the last tags have one named `error`. */
  hasError = false

  constructor(values: ValueScanner, keysToComplete: readonly string[]) {
    this.#values = values
    this.#keysToComplete = keysToComplete
  }

  /** How many pairs there are. */
  get count(): number {
    return this.#length / 2
  }

  /** Tags to complete, so far. */
  get completions(): [key: string, value: string][] {
    return this.#completions
  }

  pairs(): Int32Array {
    return this.#pairs.slice(0, this.#length)
  }

  /** Forgets what it read. */
  begin(): void {
    this.#length = 0
    this.#completions = []
  }

  annotations(body: Uint8Array, start: number): number {
    if (body[start] !== OPEN_BRACKET) return UNUSUAL
    let i = skipSpace(body, start + 1)
    if (body[i] === CLOSE_BRACKET) return i + 1
    for (;;) {
      i = this.#annotation(body, i)
      if (i === UNUSUAL) return UNUSUAL
      i = skipSpace(body, i)
      const after = body[i++]
      if (after === CLOSE_BRACKET) return i
      if (after !== COMMA) return UNUSUAL
      i = skipSpace(body, i)
    }
  }

  tags(body: Uint8Array, start: number): number {
    if (body[start] !== OPEN_BRACE) return UNUSUAL
    const first = this.#length
    this.hasError = false
    let i = skipSpace(body, start + 1)
    if (body[i] === CLOSE_BRACE) return i + 1
    for (;;) {
      i = this.#tag(body, i)
      if (i === UNUSUAL) return UNUSUAL
      i = skipSpace(body, i)
      const after = body[i++]
      if (after === CLOSE_BRACE) break
      if (after !== COMMA) return UNUSUAL
      i = skipSpace(body, i)
    }
    return this.#hasTwice(first) ? UNUSUAL : i
  }

  #annotation(body: Uint8Array, start: number): number {
    let i = start
    // Both fields, each once: two rounds.
    let seen = 0
    for (let round = 0; round < 2; round++) {
      if (body[i] !== (round === 0 ? OPEN_BRACE : COMMA)) return UNUSUAL
      i = skipSpace(body, i + 1)
      const field = fieldAt(body, i, ANNOTATION_FIELDS)
      if (field === undefined || (seen & field.bit) !== 0) return UNUSUAL
      seen |= field.bit
      i = skipColon(body, i + field.bytes.length)
      if (i === UNUSUAL) return UNUSUAL
      if (field.name === 'timestamp') i = this.#values.number(body, i)
      else {
        if (body[i] !== QUOTE) return UNUSUAL
        const from = i + 1
        i = this.#values.text(body, from, BASES.annotation)
        if (i === UNUSUAL) return UNUSUAL
        let hash = this.#values.hash
        if (!this.#values.isPlain) {
          const text = readJsonText(body, from, i)
          if (text === undefined) return UNUSUAL
          hash = hashAnnotation(text)
        }
        this.#addTag(hash, hash)
        i++
      }
      if (i === UNUSUAL) return UNUSUAL
      i = skipSpace(body, i)
    }
    return body[i] === CLOSE_BRACE ? i + 1 : UNUSUAL
  }

  #tag(body: Uint8Array, start: number): number {
    if (body[start] !== QUOTE) return UNUSUAL
    const keyFrom = start + 1
    const keyEnd = this.#values.text(body, keyFrom, BASES.key)
    if (keyEnd === UNUSUAL) return UNUSUAL
    let keyHash = this.#values.hash
    let key: string | undefined
    if (!this.#values.isPlain) {
      key = readJsonText(body, keyFrom, keyEnd)
      if (key === undefined) return UNUSUAL
      keyHash = hashKey(key)
    }
    if (key === 'error' || isAt(body, start, ERROR)) this.hasError = true
    const i = skipColon(body, keyEnd + 1)
    if (i === UNUSUAL || body[i] !== QUOTE) return UNUSUAL
    const from = i + 1
    const end = this.#values.text(body, from, tagBasis(keyHash))
    if (end === UNUSUAL) return UNUSUAL
    let hash = this.#values.hash
    if (!this.#values.isPlain) {
      const value = readJsonText(body, from, end)
      if (value === undefined) return UNUSUAL
      hash = hashTag(keyHash, value)
    }
    this.#addTag(hash, keyHash)
    if (this.#keysToComplete.length > 0) {
      key ??= readJsonText(body, keyFrom, keyEnd) ?? ''
      if (this.#keysToComplete.includes(key))
        this.#completions.push([key, readJsonText(body, from, end) ?? ''])
    }
    return end + 1
  }

  #addTag(hash: number, key: number): void {
    if (this.#length === this.#pairs.length) {
      const pairs = new Int32Array(this.#pairs.length * 2)
      pairs.set(this.#pairs)
      this.#pairs = pairs
    }
    this.#pairs[this.#length++] = hash
    this.#pairs[this.#length++] = key
  }

  /** Whether a key came twice among the tags from there on. */
  #hasTwice(first: number): boolean {
    const pairs = this.#pairs
    const end = this.#length
    if (end - first > MAX_TAGS * 2) return true
    for (let i = first + 1; i < end; i += 2)
      for (let j = i + 2; j < end; j += 2) if (pairs[i] === pairs[j]) return true
    return false
  }
}
