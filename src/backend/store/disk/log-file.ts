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

/**
 * Reads a log to its last whole entry. An entry whose checksum does not fit is passed over: those behind it
 * were acknowledged, too. What follows the last whole entry was being written when the machine stopped.
 *
 * @returns the bodies, the bytes up to the end of the last whole entry, and how many of those are damaged
 */
export function decodeLog(file: Buffer): {
  bodies: Buffer[]
  wholeBytes: number
  damagedBytes: number
} {
  const bodies: Buffer[] = []
  let wholeBytes = 0
  let damagedBytes = 0
  let at = 0
  while (at + HEADER_BYTES <= file.length) {
    const length = file.readUInt32LE(at)
    const end = at + HEADER_BYTES + length
    if (length === 0 || end > file.length) break
    const body = file.subarray(at + HEADER_BYTES, end)
    if (crc32(body) === file.readUInt32LE(at + 4)) {
      bodies.push(body)
      damagedBytes += at - wholeBytes
      wholeBytes = end
    }
    at = end
  }
  return { bodies, wholeBytes, damagedBytes }
}
