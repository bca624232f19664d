import { ZIPKIN_KINDS } from '../../../wire/zipkin-span.ts'
import { MAX_STORED_DURATION } from './criteria.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts'
import { fieldAt, isAt, skipColon, skipSpace, tableOfFields } from './scan-json.ts'
import { TagScanner } from './scan-tags.ts'
import { UNUSUAL, ValueScanner } from './scan-values.ts'
import { AT, FLAGS, ROW_INTS, type SpanRows } from './span-rows.ts'
import { BASES } from './tag-hash.ts'
import { Words } from './words.ts'

const MAX_PORT = 0xffff
/** Names are forgotten when there are so many, or so long, that they can hardly be names. */
const MAX_WORDS = 16_384
const MAX_WORD_BYTES = 1024 ** 2
const CLIENT = ZIPKIN_KINDS.indexOf('CLIENT') + 1

const SPAN_FIELDS = tableOfFields([
  'traceId',
  'parentId',
  'id',
  'kind',
  'name',
  'timestamp',
  'duration',
  'localEndpoint',
  'remoteEndpoint',
  'annotations',
  'tags',
  'debug',
  'shared',
])
const ENDPOINT_FIELDS = tableOfFields(['serviceName', 'ipv4', 'ipv6', 'port'])
const KINDS = ZIPKIN_KINDS.map((kind) => Buffer.from(`"${kind}"`))
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
/**
 * Reads what the store needs of a message in one pass over its bytes, without making a string for what was
 * seen before. It takes the messages that need no repair beyond lower case, which is nearly all; of any other
 * it says so and decides nothing: the decoder is the only judge of what is accepted and how refusals are worded.
 */
export class SpanScanner {
  readonly #values = new ValueScanner()
  readonly #tags: TagScanner
  #words = new Words()
  #ints = new Int32Array(ROW_INTS * 256)
  #times = new Float64Array(256)
  /** The name in the last endpoint or name, as a number. */
  #word = 0

  /** @param keysToComplete tags whose values are wanted as text */
  constructor(keysToComplete: readonly string[]) {
    this.#tags = new TagScanner(this.#values, keysToComplete)
  }

  /** Names as numbers; the same object until there are too many. */
  get words(): Words {
    return this.#words
  }

  /** @returns `undefined` for a message that the decoder must see */
  scan(body: Uint8Array): SpanRows | undefined {
    if (body[0] !== OPEN_BRACKET) return undefined
    if (this.#words.size > MAX_WORDS || this.#words.byteLength > MAX_WORD_BYTES)
      this.#words = new Words()
    this.#tags.begin()
    let count = 0
    let i = skipSpace(body, 1)
    if (body[i] === CLOSE_BRACKET) i++
    else
      for (;;) {
        if (body[i] !== OPEN_BRACE) return undefined
        this.#makeRoom(count)
        i = this.#span(body, i, count++)
        if (i === UNUSUAL) return undefined
        i = skipSpace(body, i)
        const after = body[i++]
        if (after === CLOSE_BRACKET) break
        if (after !== COMMA) return undefined
        i = skipSpace(body, i)
      }
    if (skipSpace(body, i) !== body.length) return undefined
    return {
      count,
      body,
      ints: this.#ints.slice(0, count * ROW_INTS),
      times: this.#times.slice(0, count),
      tags: this.#tags.pairs(),
      words: this.#words,
      values: this.#tags.completions,
    }
  }

  #makeRoom(row: number): void {
    if (row < this.#times.length) return
    const ints = new Int32Array(this.#ints.length * 2)
    ints.set(this.#ints)
    this.#ints = ints
    const times = new Float64Array(this.#times.length * 2)
    times.set(this.#times)
    this.#times = times
  }

  #span(body: Uint8Array, start: number, row: number): number {
    const ints = this.#ints
    const at = row * ROW_INTS
    ints.fill(0, at, at + ROW_INTS)
    this.#times[row] = 0
    let seen = 0
    let i = skipSpace(body, start + 1)
    for (;;) {
      const field = fieldAt(body, i, SPAN_FIELDS)
      if (field === undefined || (seen & field.bit) !== 0) return UNUSUAL
      seen |= field.bit
      i = skipColon(body, i + field.bytes.length)
      if (i === UNUSUAL) return UNUSUAL
      switch (field.name) {
        case 'traceId':
          i = this.#traceId(body, i, at + AT.trace)
          break
        case 'id':
          i = this.#id(body, i, at + AT.id)
          break
        case 'parentId':
          i = this.#id(body, i, at + AT.parent)
          break
        case 'kind':
          i = this.#kind(body, i, at + AT.flags)
          break
        case 'name':
          i = this.#name(body, i)
          ints[at + AT.name] = this.#word
          break
        case 'timestamp':
          i = this.#values.number(body, i)
          this.#times[row] = this.#values.integer
          break
        case 'duration':
          i = this.#values.number(body, i)
          ints[at + AT.duration] = Math.min(this.#values.integer, MAX_STORED_DURATION)
          break
        case 'localEndpoint':
          i = this.#endpoint(body, i)
          ints[at + AT.service] = this.#word
          break
        case 'remoteEndpoint':
          i = this.#endpoint(body, i)
          ints[at + AT.remote] = this.#word
          break
        case 'annotations':
          i = this.#tags.annotations(body, i)
          break
        case 'tags':
          i = this.#tags.tags(body, i)
          if (this.#tags.hasError)
            ints[at + AT.flags] = (ints[at + AT.flags] as number) | FLAGS.error
          break
        case 'debug':
          i = this.#flag(body, i, at + AT.flags, 0)
          break
        case 'shared':
          i = this.#flag(body, i, at + AT.flags, FLAGS.shared)
          break
      }
      if (i === UNUSUAL) return UNUSUAL
      i = skipSpace(body, i)
      const after = body[i++]
      if (after === CLOSE_BRACE) break
      if (after !== COMMA) return UNUSUAL
      i = skipSpace(body, i)
    }
    if (!finishSpan(ints, at)) return UNUSUAL
    ints[at + AT.from] = start
    ints[at + AT.to] = i
    ints[at + AT.tagsEnd] = this.#tags.count
    return i
  }

  #traceId(body: Uint8Array, i: number, at: number): number {
    const ints = this.#ints
    this.#values.digits = 0
    if (body[i] !== QUOTE) return UNUSUAL
    if (body[i + 33] === QUOTE) {
      ints[at] = this.#values.hexWord(body, i + 1)
      ints[at + 1] = this.#values.hexWord(body, i + 9)
      ints[at + 2] = this.#values.hexWord(body, i + 17)
      ints[at + 3] = this.#values.hexWord(body, i + 25)
      return this.#values.digits < 0 ? UNUSUAL : i + 34
    }
    ints[at + 2] = this.#values.hexWord(body, i + 1)
    ints[at + 3] = this.#values.hexWord(body, i + 9)
    return this.#values.digits < 0 || body[i + 17] !== QUOTE ? UNUSUAL : i + 18
  }

  #id(body: Uint8Array, i: number, at: number): number {
    this.#values.digits = 0
    this.#ints[at] = this.#values.hexWord(body, i + 1)
    this.#ints[at + 1] = this.#values.hexWord(body, i + 9)
    if (this.#values.digits < 0 || body[i] !== QUOTE || body[i + 17] !== QUOTE) return UNUSUAL
    return i + 18
  }

  #kind(body: Uint8Array, i: number, flagsAt: number): number {
    for (let kind = 0; kind < KINDS.length; kind++) {
      const bytes = KINDS[kind] as Buffer
      if (!isAt(body, i, bytes)) continue
      this.#ints[flagsAt] = (this.#ints[flagsAt] as number) | (kind + 1)
      return i + bytes.length
    }
    return UNUSUAL
  }

  #flag(body: Uint8Array, i: number, flagsAt: number, flag: number): number {
    if (isAt(body, i, FALSE)) return i + FALSE.length
    if (!isAt(body, i, TRUE)) return UNUSUAL
    this.#ints[flagsAt] = (this.#ints[flagsAt] as number) | flag
    return i + TRUE.length
  }

  #name(body: Uint8Array, i: number): number {
    if (body[i] !== QUOTE) return UNUSUAL
    const end = this.#values.text(body, i + 1, BASES.key)
    if (end === UNUSUAL) return UNUSUAL
    this.#word = this.#words.ofBytes(body, i + 1, end, this.#values.hash)
    return this.#word < 0 ? UNUSUAL : end + 1
  }

  #endpoint(body: Uint8Array, start: number): number {
    let word = 0
    let seen = 0
    this.#word = 0
    if (body[start] !== OPEN_BRACE) return UNUSUAL
    let i = skipSpace(body, start + 1)
    if (body[i] === CLOSE_BRACE) return i + 1
    for (;;) {
      const field = fieldAt(body, i, ENDPOINT_FIELDS)
      if (field === undefined || (seen & field.bit) !== 0) return UNUSUAL
      seen |= field.bit
      i = skipColon(body, i + field.bytes.length)
      if (i === UNUSUAL) return UNUSUAL
      if (field.name === 'serviceName') {
        i = this.#name(body, i)
        word = this.#word
      } else if (field.name === 'port') {
        i = this.#values.number(body, i)
        if (this.#values.integer > MAX_PORT) return UNUSUAL
      } else i = this.#plainText(body, i)
      if (i === UNUSUAL) return UNUSUAL
      i = skipSpace(body, i)
      const after = body[i++]
      if (after === CLOSE_BRACE) break
      if (after !== COMMA) return UNUSUAL
      i = skipSpace(body, i)
    }
    this.#word = word
    return i
  }

  /** An address; that it is one need not be so. */
  #plainText(body: Uint8Array, i: number): number {
    if (body[i] !== QUOTE) return UNUSUAL
    const end = this.#values.text(body, i + 1, 0)
    return end === UNUSUAL || !this.#values.isPlain ? UNUSUAL : end + 1
  }
}

/** Applies the rules for a whole span. @returns whether it has the ids that it needs */
function finishSpan(ints: Int32Array, at: number): boolean {
  const isZero = (from: number, words: number): boolean => {
    for (let i = at + from; i < at + from + words; i++) if (ints[i] !== 0) return false
    return true
  }
  if (isZero(AT.trace, 4) || isZero(AT.id, 2)) return false
  const id = at + AT.id
  const parent = at + AT.parent
  if (ints[id] === ints[parent] && ints[id + 1] === ints[parent + 1]) {
    ints[parent] = 0
    ints[parent + 1] = 0
  }
  const flags = ints[at + AT.flags] as number
  if ((flags & FLAGS.kind) === CLIENT) ints[at + AT.flags] = flags & ~FLAGS.shared
  return true
}
