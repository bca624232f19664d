/**
 * What YAML may cost. The library that reads it takes up to 10 µs for each mark (line, comma, bracket, colon,
 * quote …), and requests wait meanwhile, so a text is looked over before, which takes 1 ms.
 */
export const MAX_MARKS = 8_000
export const MAX_CHARACTERS = 262_144
/** Of brackets in each other, and of sections in each other. */
export const MAX_DEPTH = 64

/** `- - - …` nests without brackets. */
const COMPACT_NESTING = /(?:[-?][ \t]+){64}/

/** @returns why the text is not even read, or `undefined` */
export function excessOf(text: string): string | undefined {
  if (text.length > MAX_CHARACTERS)
    return `it has ${text.length} characters, more than ${MAX_CHARACTERS}`
  let marks = 0
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 125 || isPlain[code] === 1) continue
    if (code === COLON || code === DASH || code === QUESTION) {
      // Only before a blank do these mean anything to YAML.
      const next = text.charCodeAt(i + 1)
      if (next > 32) continue
    }
    marks++
    if (code === OPEN_LIST || code === OPEN_MAP) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_LIST || code === CLOSE_MAP) depth = Math.max(0, depth - 1)
  }
  if (marks > MAX_MARKS)
    return `it has ${marks} lines and marks of YAML, more than ${MAX_MARKS}: requests would wait while it is read, so split it`
  if (deepest > MAX_DEPTH || COMPACT_NESTING.test(text))
    return `it nests deeper than ${MAX_DEPTH} levels`
  return undefined
}

const COLON = 58
const DASH = 45
const QUESTION = 63
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_MAP = 123
const CLOSE_MAP = 125

const isPlain = new Uint8Array(126).fill(1)
for (const mark of '\n,:-?[]{}&*!|>\'"\\') isPlain[mark.charCodeAt(0)] = 0

/** Also for values that hold themselves, as `&a [*a]` makes them. */
export function isTooDeep(value: unknown, left: number = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((item) => isTooDeep(item, left - 1))
}
