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
 * Reads a log up to its end or to the first entry that is not whole: a batch that was being written when
 * the machine stopped, and so was never acknowledged.
 *
 * @returns the bodies, and how many bytes of the file they take
 */
export function decodeLog(file: Buffer): { bodies: Buffer[]; wholeBytes: number } {
  const bodies: Buffer[] = []
  let at = 0
  while (at + HEADER_BYTES <= file.length) {
    const length = file.readUInt32LE(at)
    const end = at + HEADER_BYTES + length
    if (end > file.length) break
    const body = file.subarray(at + HEADER_BYTES, end)
    if (length === 0 || crc32(body) !== file.readUInt32LE(at + 4)) break
    bodies.push(body)
    at = end
  }
  return { bodies, wholeBytes: at }
}
