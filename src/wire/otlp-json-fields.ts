import { MAX_OTLP_ELEMENTS, OtlpReadError, tooLarge } from './otlp-read-error.ts'

export type JsonFields = Readonly<Record<string, unknown>>

const INTEGER = /^-?\d{1,20}$/
const HEX = /^[0-9a-fA-F]*$/

/**
 * Reads protobuf's JSON form out of parsed JSON. `null` and absent are the value that protobuf gives an
 * absent field; unknown fields are passed over. Throws {@link OtlpReadError} with the path.
 *
 * @see https://protobuf.dev/programming-guides/json/ and OTLP's exceptions: ids in hex, enumerations as numbers
 */
export class OtlpJsonFields {
  #elements = 0

  object(value: unknown, path: string): JsonFields {
    if (value === undefined || value === null) return {}
    if (typeof value !== 'object' || Array.isArray(value)) throw wrong(path, 'an object', value)
    return value as JsonFields
  }

  list<T>(value: unknown, path: string, read: (item: unknown, path: string) => T): T[] {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw wrong(path, 'a list', value)
    this.#elements += value.length
    if (this.#elements > MAX_OTLP_ELEMENTS) throw tooLarge(path)
    return value.map((item, index) => read(item, `${path}[${index}]`))
  }

  string(value: unknown, path: string): string {
    if (value === undefined || value === null) return ''
    if (typeof value !== 'string') throw wrong(path, 'a string', value)
    return value
  }

  /** Upper case counts as lower. */
  hex(value: unknown, path: string): string {
    const text = this.string(value, path)
    if (!HEX.test(text)) throw wrong(path, 'hexadecimal digits', value)
    return text.toLowerCase()
  }

  /** 64 bits come as strings, and are taken as numbers too. */
  integer(value: unknown, path: string): bigint {
    if (value === undefined || value === null) return 0n
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
    if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value)
    throw wrong(path, 'an integer, as a string', value)
  }

  count(value: unknown, path: string): number {
    return Number(this.integer(value, path))
  }

  /** The number, as OTLP wants it, or the name, as protobuf's JSON otherwise has it. */
  enumeration(value: unknown, path: string, names: readonly string[]): number {
    if (typeof value !== 'string') return this.count(value, path)
    const number = names.indexOf(value)
    if (number < 0) throw wrong(path, `a number from 0 to ${names.length - 1}`, value)
    return number
  }
}

/** Names what it found; the value itself is the sender's data and stays out of messages. */
export const wrong = (path: string, wanted: string, value: unknown): OtlpReadError =>
  new OtlpReadError(path, `${path} must be ${wanted}; it is ${kindOf(value)}`)

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`
}
