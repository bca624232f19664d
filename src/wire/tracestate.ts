/**
 * The `tracestate` header: validated, kept as text. Several header lines count as one list.
 *
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */

const MAX_MEMBERS = 32
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/
/** Printable ASCII without `,` and `=`; the last character is not a blank. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * @returns the members joined by commas, without blanks around them; `undefined` when there is none or
 * when anything is malformed, since a list that is partly wrong is dropped whole
 */
export function parseTracestate(lines: readonly string[]): string | undefined {
  const members: string[] = []
  const keys = new Set<string>()
  for (const line of lines)
    for (const part of line.split(',')) {
      const member = trimBlanks(part)
      if (member === '') continue
      const mark = member.indexOf('=')
      const key = member.slice(0, Math.max(mark, 0))
      if (!KEY.test(key) || !VALUE.test(member.slice(mark + 1))) return undefined
      if (keys.has(key) || keys.size === MAX_MEMBERS) return undefined
      keys.add(key)
      members.push(member)
    }
  return members.length === 0 ? undefined : members.join(',')
}

/** OWS is space and tab only; `String.trim` would take more. */
const trimBlanks = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')
