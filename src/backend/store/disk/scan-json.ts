import { COLON, QUOTE, SPACE } from './json-bytes.ts'

/** Codes below it stand in no JSON text, and those of white space are among them. */
export const CONTROL_END = SPACE
const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BUCKETS = 64

/** A field that an object may have. */
export interface JsonField<Name extends string = string> {
  readonly name: Name
  /** One of its own in its object. */
  readonly bit: number
  /** The name with both quotes. */
  readonly bytes: Uint8Array
  /** Another one whose name begins alike. */
  readonly next: JsonField<Name> | undefined
}

/** The fields of one kind of object, by the first two letters of their names. */
export type JsonFields<Name extends string = string> = readonly (JsonField<Name> | undefined)[]

export function tableOfFields<Name extends string>(names: readonly Name[]): JsonFields<Name> {
  const table = new Array<JsonField<Name> | undefined>(BUCKETS).fill(undefined)
  names.forEach((name, place) => {
    const bytes = Buffer.from(`"${name}"`)
    const bucket = bucketOf(bytes, 0)
    table[bucket] = { name, bit: 1 << place, bytes, next: table[bucket] }
  })
  return table
}

/** @param i where the quote that opens the name stands, if it does */
export function fieldAt<Name extends string>(
  body: Uint8Array,
  i: number,
  fields: JsonFields<Name>,
): JsonField<Name> | undefined {
  let field = fields[bucketOf(body, i)]
  while (field !== undefined && !isAt(body, i, field.bytes)) field = field.next
  return field
}

const bucketOf = (body: Uint8Array, i: number): number =>
  ((body[i + 1] as number) ^ ((body[i + 2] as number) << 2)) & (BUCKETS - 1)

export function isAt(body: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (body[at + i] !== bytes[i]) return false
  return true
}

/** @returns the next place that holds no white space, or the end */
export function skipSpace(body: Uint8Array, from: number): number {
  let i = from
  while (i < body.length) {
    const code = body[i] as number
    if (code > SPACE) return i
    if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return i
    i++
  }
  return i
}

/** From behind a name over the colon to the value, or -1 where there is no colon. */
export function skipColon(body: Uint8Array, from: number): number {
  const i = body[from] === COLON ? from : skipSpace(body, from)
  if (body[i] !== COLON) return -1
  return body[i + 1] === QUOTE ? i + 1 : skipSpace(body, i + 1)
}
