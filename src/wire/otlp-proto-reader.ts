import { MAX_OTLP_DEPTH, MAX_OTLP_ELEMENTS, OtlpReadError, tooLarge } from './otlp-read-error.ts'

/** Field number and wire type in one, as they stand on the wire. */
export const varintField = (field: number): number => field * 8
export const fixed64Field = (field: number): number => field * 8 + 1
export const bytesField = (field: number): number => field * 8 + 2

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Reads protobuf's wire format, bounded by the bytes there are, by depth and by the number of messages.
 * Every method throws {@link OtlpReadError} with the byte offset when the bytes do not hold what it reads.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class OtlpProtoReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  /** End of the message that is being read. */
  #end: number
  #depth = 0
  #messages = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.length
  }

  /** Where the next byte is read, for messages: `byte 17`. */
  place(): string {
    return `byte ${this.#at}`
  }

  /** Hands each field of the outermost message to `onField`, which reads or skips it. */
  whole(onField: (field: number) => void): void {
    while (this.#at < this.#end) onField(this.#field())
  }

  /** The same for a message in a message. */
  message(onField: (field: number) => void): void {
    const end = this.#lengthDelimited()
    if (++this.#messages > MAX_OTLP_ELEMENTS) throw tooLarge(this.place())
    if (++this.#depth > MAX_OTLP_DEPTH) throw this.#malformed('is nested too deeply')
    const outer = this.#end
    this.#end = end
    while (this.#at < end) onField(this.#field())
    this.#end = outer
    this.#depth--
  }

  string(): string {
    const end = this.#lengthDelimited()
    const text = utf8.decode(this.#bytes.subarray(this.#at, end))
    this.#at = end
    return text
  }

  /** Lowercase, two digits a byte. */
  hex(maxBytes: number): string {
    const end = this.#lengthDelimited()
    if (end - this.#at > maxBytes) throw this.#malformed(`holds an id of ${end - this.#at} bytes`)
    let text = ''
    while (this.#at < end) text += HEX[this.#bytes[this.#at++] as number]
    return text
  }

  base64(): string {
    const end = this.#lengthDelimited()
    let binary = ''
    while (this.#at < end) binary += String.fromCharCode(this.#bytes[this.#at++] as number)
    return btoa(binary)
  }

  /** For enumerations, counts and booleans: the low 32 bits, unsigned. */
  uint32(): number {
    return Number(BigInt.asUintN(32, BigInt(this.#varint())))
  }

  int64(): bigint {
    return BigInt.asIntN(64, BigInt(this.#varint()))
  }

  fixed64(): bigint {
    const at = this.#take(8)
    return this.#view.getBigUint64(at, true)
  }

  double(): number {
    const at = this.#take(8)
    return this.#view.getFloat64(at, true)
  }

  /** Passes over a field that nobody asked for. */
  skip(field: number): void {
    const wireType = field & 7
    if (wireType === 0) this.#varint()
    else if (wireType === 1) this.#take(8)
    else if (wireType === 2) this.#at = this.#lengthDelimited()
    else if (wireType === 5) this.#take(4)
    else throw this.#malformed(`has a field of wire type ${wireType}`)
  }

  #field(): number {
    const field = Number(this.#varint())
    if (field < 8 || field > 0xffff_ffff) throw this.#malformed('has no field number')
    return field
  }

  /** Nearly all are short; what does not fit into 28 bits goes on as a big integer. */
  #varint(): number | bigint {
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return low
    }
    let value = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw this.#malformed('has an integer of more than ten bytes')
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] as number
  }

  #lengthDelimited(): number {
    const length = Number(this.#varint())
    if (length > this.#end - this.#at)
      throw this.#malformed(
        `announces ${length} bytes where ${this.#end - this.#at} are left; was it cut off?`,
      )
    return this.#at + length
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#end - at) throw this.#malformed('ends inside a field; was it cut off?')
    this.#at = at + count
    return at
  }

  #malformed(what: string): OtlpReadError {
    return new OtlpReadError(this.place(), `the protobuf message ${what} at ${this.place()}`)
  }
}
