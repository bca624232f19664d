import { err, ok, type Result } from '../base/result.ts'

/**
 * A trace id as Zipkin stores it: 16 or 32 lowercase hex digits. Shorter ids are padded with zeros on the
 * left; 32 digits that start with 16 zeros become the 16 that follow.
 *
 * @returns the id, or Zipkin's own words for what is wrong with it, for example `traceId.length > 32`
 * @see zipkin `Span.normalizeTraceId`
 */
export function parseTraceId(text: string): Result<string, string> {
  const { length } = text
  if (length === 0) return err('traceId is empty')
  if (length > 32) return err('traceId.length > 32')
  const zeros = countZeroPrefix(text)
  if (zeros === undefined) return err(notHex(text))
  if (zeros === length) return err('traceId is all zeros')
  if (length === 32) return ok(zeros >= 16 ? text.slice(16) : text)
  return ok(text.padStart(length <= 16 ? 16 : 32, '0'))
}

/**
 * A span id: 16 lowercase hex digits, padded on the left. Zipkin takes a short id of zeros and refuses a
 * full one.
 */
export function parseSpanId(text: string): Result<string, string> {
  const { length } = text
  if (length === 0) return err('id is empty')
  if (length > 16) return err('id.length > 16')
  const zeros = countZeroPrefix(text)
  if (zeros === undefined) return err(notHex(text))
  return zeros === 16 ? err('id is all zeros') : ok(text.padStart(16, '0'))
}

/** A parent id: as a span id, but all zeros mean that there is no parent. */
export function parseParentId(text: string): Result<string | undefined, string> {
  const { length } = text
  if (length === 0) return err('parentId is empty')
  if (length > 16) return err('parentId.length > 16')
  const zeros = countZeroPrefix(text)
  if (zeros === undefined) return err(notHex(text))
  return ok(zeros === length ? undefined : text.padStart(16, '0'))
}

/** The ids that need no repair, which is nearly all: decided without making a value. */
export const isPlainId = (text: string, length: 16 | 32): boolean =>
  text.length === length && text.charCodeAt(0) !== 48 && countZeroPrefix(text) !== undefined

const notHex = (text: string): string => `${text} should be lower-hex encoded with no prefix`

function countZeroPrefix(text: string): number | undefined {
  let zeros = 0
  let inPrefix = true
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return undefined
    if (code !== 48) inPrefix = false
    else if (inPrefix) zeros++
  }
  return zeros
}
