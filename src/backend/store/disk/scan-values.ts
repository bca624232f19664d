import { BACKSLASH, QUOTE } from './json-bytes.ts'
import { CONTROL_END, isAt } from './scan-json.ts'
import { addToHash } from './tag-hash.ts'

const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const LETTER_S = 0x73
const ASCII_END = 0x80
/** More digits may lose some. */
const MAX_DIGITS = 16
/** The end of a key by which a message of version 1 is told, wherever it stands. */
const VERSION_1_MARK = Buffer.from('yAnnotations"')
/** -1 for what is no digit. */
const HEX = Int8Array.from({ length: 256 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
)

/** What a scan says of a value that it does not take. */
export const UNUSUAL = -1

/**
 * Reads single values out of JSON bytes. A method gives the place behind the value, or {@link UNUSUAL}; what
 * the value is stands in the fields until the next one is read.
 */
export class ValueScanner {
  /** Of the last text; wrong unless it is plain. */
  hash = 0
  /** The last text has neither an escape nor anything beyond ASCII. */
  isPlain = true
  integer = 0
  /** Negative when one of the hex digits since it was set to 0 was none. */
  digits = 0

  hexWord(body: Uint8Array, from: number): number {
    let word = 0
    let all = 0
    for (let i = from; i < from + 8; i++) {
      const digit = HEX[body[i] as number] as number
      all |= digit
      word = (word << 4) | digit
    }
    this.digits |= all
    return word
  }

  number(body: Uint8Array, from: number): number {
    let value = 0
    let i = from
    for (; ; i++) {
      const code = body[i] as number
      if (!(code >= DIGIT_0 && code <= DIGIT_9)) break
      value = value * 10 + (code - DIGIT_0)
    }
    const digits = i - from
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && body[from] === DIGIT_0))
      return UNUSUAL
    if (value > Number.MAX_SAFE_INTEGER) return UNUSUAL
    this.integer = value
    return i
  }

  /** Goes to the quote that closes a text, and takes its hash on the way. @param i behind the opening one */
  text(body: Uint8Array, from: number, basis: number): number {
    const { length } = body
    let hash = basis
    let all = 0
    for (let i = from; i < length; i++) {
      const code = body[i] as number
      if (code === QUOTE) {
        if (body[i - 1] === LETTER_S && isAt(body, i - 12, VERSION_1_MARK)) return UNUSUAL
        this.hash = hash
        this.isPlain = all < ASCII_END
        return i
      }
      if (code < CONTROL_END) return UNUSUAL
      all |= code
      if (code === BACKSLASH) {
        all |= ASCII_END
        i++
      }
      hash = addToHash(hash, code)
    }
    return UNUSUAL
  }
}
