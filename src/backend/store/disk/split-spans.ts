import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-bytes.ts'

/**
 * Where each span of a JSON list begins and ends, without reading it: `[from, to, from, to, …]`. Expects a
 * body that has been decoded, so brackets pair up.
 *
 * @returns `undefined` when there are not exactly `count`
 */
export function splitSpans(body: Uint8Array, count: number): Int32Array | undefined {
  const ranges = new Int32Array(count * 2)
  let found = 0
  let depth = 0
  for (let i = 0; i < body.length; i++) {
    switch (body[i]) {
      case QUOTE:
        i = endOfString(body, i)
        break
      case OPEN_BRACE:
        if (depth === 1) ranges[found] = i
        depth++
        break
      case OPEN_BRACKET:
        depth++
        break
      case CLOSE_BRACE:
        depth--
        if (depth === 1) {
          ranges[found + 1] = i + 1
          found += 2
        }
        break
      case CLOSE_BRACKET:
        depth--
        if (depth === 0) return found === ranges.length ? ranges : undefined
        break
    }
  }
  return undefined
}

/** @returns the index of the closing quote. A plain loop: strings are short, and a native search costs a call. */
function endOfString(body: Uint8Array, open: number): number {
  let i = open + 1
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1
  return i
}
