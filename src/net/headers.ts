import type { RawHeaders } from './message.ts'

/** Hop-by-hop names of RFC 9110 7.6.1 and those Dapr strips besides. Lower case. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** The first value of a header; `name` in lower case. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2)
    if (isNamed(headers[i] as string, name)) return headers[i + 1]
  return undefined
}

/** Every value of a header, in order; `name` in lower case. */
export function headerValues(headers: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (isNamed(headers[i] as string, name)) values.push(headers[i + 1] as string)
  return values
}

/** The length is compared first: most names differ in it, and lower-casing makes a string. */
const isNamed = (header: string, name: string): boolean =>
  header.length === name.length && (header === name || header.toLowerCase() === name)

/**
 * The headers that may travel on: without hop-by-hop ones, without those that `Connection` names, and
 * without those that `isDropped` says, asked with the name in lower case.
 */
export function forwardableHeaders(
  headers: RawHeaders,
  isDropped: (name: string) => boolean,
): string[] {
  const nominated = connectionNames(headers)
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || isDropped(lower) || nominated?.has(lower)) continue
    kept.push(name, headers[i + 1] as string)
  }
  return kept
}

function connectionNames(headers: RawHeaders): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined
  for (const value of headerValues(headers, 'connection')) {
    const lower = value.toLowerCase()
    if (lower === 'keep-alive' || lower === 'close') continue
    names ??= new Set()
    for (const part of lower.split(',')) names.add(part.trim())
  }
  return names
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const HEADER_VALUE = /^[\x20-\x7e]*$/

/** Whether what somebody wrote may go out as a header: neither another header nor the end of all. */
export const canBeHeader = (name: string, value: string): boolean =>
  HEADER_NAME.test(name) && HEADER_VALUE.test(value)
