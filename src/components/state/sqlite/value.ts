import { isUtf8 } from 'node:buffer'

/** A value as Dapr's table holds it: text as it is, other bytes in Base64. */
export interface StoredValue {
  readonly text: string
  readonly isBinary: 0 | 1
}

/** The library ends a text at its first NUL, so one that has any goes as bytes. */
export function encodeValue(bytes: Uint8Array): StoredValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isBinary = buffer.includes(0) || !isUtf8(buffer)
  return { text: buffer.toString(isBinary ? 'base64' : 'utf8'), isBinary: isBinary ? 1 : 0 }
}

export const decodeValue = (text: string, isBinary: boolean): Uint8Array =>
  Buffer.from(text, isBinary ? 'base64' : 'utf8')

/** Epoch milliseconds as `2026-01-01 00:00:00.250`, UTC: later is greater, also beside daprd's whole seconds. */
export const formatTime = (ms: number): string =>
  new Date(ms).toISOString().replace('T', ' ').slice(0, -1)

export const parseTime = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)
