import { err, ok, type Result } from '../base/result.ts'

/**
 * The `baggage` header: validated and passed on as sent. Several header lines count as one list.
 * Limits and messages are those of the Go SDK, which daprd uses.
 *
 * @see https://www.w3.org/TR/baggage/
 * @see opentelemetry-go `baggage/baggage.go` Parse
 */

const MAX_MEMBERS = 180
const MAX_MEMBER_BYTES = 4096
const MAX_BYTES = 8192
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/** @returns the header value to pass on (`undefined` when empty), or what is wrong with it */
export function parseBaggage(lines: readonly string[]): Result<string | undefined, string> {
  const text = lines.join(',')
  if (text.length > MAX_BYTES) return err(`baggage: ${text.length} bytes exceed ${MAX_BYTES}`)
  if (text.trim() === '') return ok(undefined)
  const members = text.split(',')
  if (members.length > MAX_MEMBERS)
    return err(`baggage: ${members.length} list-members exceed ${MAX_MEMBERS}`)
  for (const member of members) {
    if (member.length > MAX_MEMBER_BYTES)
      return err(`baggage: a list-member of ${member.length} bytes exceeds ${MAX_MEMBER_BYTES}`)
    const wrong = problemOf(member)
    if (wrong !== undefined) return err(wrong)
  }
  return ok(text)
}

function problemOf(member: string): string | undefined {
  const [pair = '', ...properties] = member.split(';')
  const mark = pair.indexOf('=')
  if (mark === -1) return `invalid baggage list-member: ${JSON.stringify(member)}`
  const key = pair.slice(0, mark).trim()
  const value = pair.slice(mark + 1).trim()
  if (!TOKEN.test(key)) return `invalid baggage list-member key: ${JSON.stringify(key)}`
  if (!VALUE.test(value) || BAD_ESCAPE.test(value))
    return `invalid baggage list-member value of ${JSON.stringify(key)}`
  for (const property of properties) {
    const at = property.indexOf('=')
    const name = (at === -1 ? property : property.slice(0, at)).trim()
    if (!TOKEN.test(name) || (at !== -1 && !VALUE.test(property.slice(at + 1).trim())))
      return `invalid baggage list-member property of ${JSON.stringify(key)}`
  }
  return undefined
}
