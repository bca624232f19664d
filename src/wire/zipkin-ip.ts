/** An address as Zipkin writes it. */
export type ZipkinIp = { readonly ipv4: string } | { readonly ipv6: string }

const V4_WORD = '(?:[01]\\d\\d|2[0-4]\\d|25[0-5]|\\d\\d?)'
const V4 = new RegExp(`^${V4_WORD}(?:\\.${V4_WORD}){3}$`)
/** `::1.2.3.4` and `::ffff:1.2.3.4`. */
const V4_EMBEDDED = new RegExp(`^::(?:[fF0]{4}:)?(${V4_WORD}(?:\\.${V4_WORD}){3})$`)
const V6_CHARACTERS = /^[0-9a-fA-F:]+$/
const GROUPS = 8

/**
 * Reads an address in text form. An IPv6 address that embeds an IPv4 one in dotted form is IPv4.
 *
 * @returns `undefined` for what is no address, a host name included: Zipkin ignores it silently
 * @see zipkin `Endpoint.parseIp`
 */
export function parseIp(text: string): ZipkinIp | undefined {
  if (V4.test(text)) return { ipv4: text }
  const embedded = V4_EMBEDDED.exec(text)?.[1]
  if (embedded !== undefined) return { ipv4: embedded }
  if (!V6_CHARACTERS.test(text)) return undefined
  const groups = parseGroups(text)
  return groups === undefined ? undefined : { ipv6: formatGroups(groups) }
}

function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  const high = parseHalf(head)
  const low = tail === undefined ? [] : parseHalf(tail)
  if (high === undefined || low === undefined) return undefined
  const missing = GROUPS - high.length - low.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...high, ...new Array<number>(missing).fill(0), ...low]
}

function parseHalf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  for (const part of text.split(':')) {
    const value = Number.parseInt(part, 16)
    if (!(value <= 0xffff)) return undefined
    groups.push(value)
  }
  return groups
}

/**
 * Zipkin's compressed form. It differs from RFC 5952 in that a single zero group is compressed too, and that
 * zeros at the end are compressed only when there are none before.
 */
function formatGroups(groups: readonly number[]): string {
  let bestStart = -1
  let bestLength = -1
  let start = -1
  groups.forEach((group, index) => {
    if (group === 0) {
      if (start < 0) start = index
      return
    }
    if (start >= 0 && index - start > bestLength) {
      bestStart = start
      bestLength = index - start
    }
    start = -1
  })
  if (bestStart === -1 && start !== -1) {
    bestStart = start
    bestLength = GROUPS - start
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  if (bestStart === -1) return hex(groups)
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`
}
