import { crc32 } from 'node:zlib'

/**
 * `wal-N.log`: one entry a batch, `[u32 length][u32 CRC-32][the body as it came]`, little endian.
 */
const HEADER_BYTES = 8

export function encodeLogEntry(body: Uint8Array): [header: Uint8Array, body: Uint8Array] {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32LE(body.length, 0)
  header.writeUInt32LE(crc32(body), 4)
  return [header, body]
}

export const logEntryBytes = (body: Uint8Array): number => HEADER_BYTES + body.length

/** What a log holds. */
export interface DecodedLog {
  readonly bodies: readonly Buffer[]
  /** Up to the end of the last entry that can be read. What follows was being written when the machine stopped. */
  readonly wholeBytes: number
  /** Of those, the ones that cannot be read. */
  readonly damagedBytes: number
  /** Entries that were read although their length was damaged. */
  readonly mendedEntries: number
}

/**
 * Reads a log. A damaged entry costs itself and nothing that follows, since that was acknowledged, too: reading goes
 * on at the next place where length and checksum fit. Where only the length is damaged, that place tells it.
 */
export function decodeLog(file: Buffer): DecodedLog {
  const bodies: Buffer[] = []
  let wholeBytes = 0
  let damagedBytes = 0
  let mendedEntries = 0
  for (let at = 0; at + HEADER_BYTES <= file.length; ) {
    let end = endOfEntry(file, at)
    let hasBody = end !== undefined
    if (end === undefined) {
      const next = findEntry(file, at + 1)
      end = next ?? file.length
      hasBody = end - at > HEADER_BYTES && isBody(file, at, end)
      if (hasBody) mendedEntries++
      else if (next === undefined) break
      else damagedBytes += end - at
    }
    if (hasBody) bodies.push(file.subarray(at + HEADER_BYTES, end))
    wholeBytes = end
    at = end
  }
  return { bodies, wholeBytes, damagedBytes, mendedEntries }
}

/** Where the entry that begins at `at` ends, if one does. */
function endOfEntry(file: Buffer, at: number): number | undefined {
  const length = file.readUInt32LE(at)
  const end = at + HEADER_BYTES + length
  return length > 0 && end <= file.length && isBody(file, at, end) ? end : undefined
}

const isBody = (file: Buffer, at: number, end: number): boolean =>
  crc32(file.subarray(at + HEADER_BYTES, end)) === file.readUInt32LE(at + 4)

/**
 * The next place from `from` on where a whole entry begins. Cheap, since few places are worth a checksum: four
 * letters of JSON, read as a length, are longer than any log, and a body begins and ends as a JSON list does.
 */
function findEntry(file: Buffer, from: number): number | undefined {
  for (let at = from; at + HEADER_BYTES < file.length; at++) {
    const end = at + HEADER_BYTES + file.readUInt32LE(at)
    if (end > file.length || end === at + HEADER_BYTES) continue
    if (!LIST_STARTS.has(file[at + HEADER_BYTES] as number)) continue
    if (LIST_ENDS.has(file[end - 1] as number) && isBody(file, at, end)) return at
  }
  return undefined
}

const codes = (text: string): ReadonlySet<number> => new Set(Buffer.from(text))
const LIST_STARTS = codes('[ \t\r\n')
const LIST_ENDS = codes('] \t\r\n')
