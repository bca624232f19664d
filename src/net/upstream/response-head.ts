import { Fault } from '../../base/fault.ts'
import type { RawHeaders } from '../message.ts'

/** How the body of an answer ends. @see RFC 9112 6.3 */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' }

export interface ResponseHead {
  readonly status: number
  readonly headers: RawHeaders
  readonly framing: Framing
  /** Milliseconds the connection may be kept idle; 0 = close it after this answer. */
  readonly keepAliveMs: number
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Control characters but tab. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/
const DIGITS = /^\d{1,15}$/

/**
 * Reads the head of an answer, strictly: whatever could be read in two ways is refused, since a proxy that
 * guesses lets one answer pass for another.
 *
 * @param text latin1, without the empty line at its end
 * @throws Fault `UPSTREAM_BROKEN`
 */
export function parseResponseHead(
  text: string,
  method: string,
  maxKeepAliveMs: number,
): ResponseHead {
  const lines = text.split('\r\n')
  const status = STATUS_LINE.exec(lines[0] as string)
  if (status === null) throw malformed('its first line is no HTTP/1.x status line')
  const code = Number(status[2])
  const headers: string[] = []
  let length: string | undefined
  let encoding: string | undefined
  let connection = ''
  let hint: string | undefined
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    const value = line.slice(colon + 1).trim()
    if (!TOKEN.test(name) || BAD_VALUE.test(value)) throw malformed('a header line is malformed')
    headers.push(name, value)
    // Most headers are told apart by their length alone, which costs no lower-casing.
    if (!KNOWN_LENGTHS.has(name.length)) continue
    const known = name.toLowerCase()
    if (known === 'content-length') {
      if (length !== undefined && length !== value) throw malformed('it has two lengths')
      length = value
    } else if (known === 'transfer-encoding')
      encoding = encoding === undefined ? value : `${encoding},${value}`
    else if (known === 'connection') connection += `,${value.toLowerCase()}`
    else if (known === 'keep-alive') hint = value
  }
  return {
    status: code,
    headers,
    framing: framingOf(code, method, length, encoding?.toLowerCase()),
    keepAliveMs: keepAliveOf(status[1] as string, connection, hint, maxKeepAliveMs),
  }
}

/** Of `connection`, `keep-alive`, `content-length`, `transfer-encoding`. */
const KNOWN_LENGTHS: ReadonlySet<number> = new Set([10, 14, 17])

function framingOf(
  status: number,
  method: string,
  length: string | undefined,
  encoding: string | undefined,
): Framing {
  if (encoding !== undefined && length !== undefined)
    throw malformed('it has a length and a transfer encoding')
  if (length !== undefined && !DIGITS.test(length)) throw malformed('its length is no number')
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' }
  if (encoding !== undefined) {
    if (encoding !== 'chunked') throw malformed('its transfer encoding is not chunked alone')
    return { kind: 'chunked' }
  }
  if (length === undefined) return { kind: 'close' }
  return length === '0' ? { kind: 'none' } : { kind: 'length', bytes: Number(length) }
}

/** A server that says when it will close is left a second earlier. */
const HINT_MARGIN_MS = 1_000

function keepAliveOf(
  minor: string,
  connection: string,
  hint: string | undefined,
  maxMs: number,
): number {
  if (connection.includes('close')) return 0
  if (minor === '0' && !connection.includes('keep-alive')) return 0
  const seconds = /(?:^|,)\s*timeout\s*=\s*(\d{1,6})/i.exec(hint ?? '')?.[1]
  if (seconds === undefined) return maxMs
  return Math.max(0, Math.min(maxMs, Number(seconds) * 1_000 - HINT_MARGIN_MS))
}

export const malformed = (why: string): Fault =>
  new Fault('UPSTREAM_BROKEN', `the answer is malformed: ${why}`)
