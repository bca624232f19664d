/** A `/` after one of these begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|await|yield))\s*$/

/**
 * The source with the insides of comments, strings and regular expressions turned into blanks, so
 * that a pattern finds code only. Length and lines stay; so do quotes and the code in `${…}`.
 */
export function blankOut(source: string): string {
  const out = [...source.split('')]
  /** Brace depths at which a template's `${` was opened. */
  const templates: number[] = []
  let depth = 0

  const blank = (from: number, to: number): void => {
    for (let i = from; i < to && i < out.length; i++) if (out[i] !== '\n') out[i] = ' '
  }
  const endOf = (needle: string, from: number): number => {
    const at = source.indexOf(needle, from)
    return at === -1 ? source.length : at
  }
  const endOfString = (quote: string, from: number): number => {
    let i = from
    while (i < source.length && source[i] !== quote && source[i] !== '\n')
      i += source[i] === '\\' ? 2 : 1
    return i
  }
  /** From inside a template's text to its end or to its next `${`. Returns where code goes on. */
  const template = (from: number): number => {
    let i = from
    while (i < source.length && source[i] !== '`' && !source.startsWith('${', i))
      i += source[i] === '\\' ? 2 : 1
    blank(from, i)
    if (source[i] === '`') return i + 1
    templates.push(depth++)
    return i + 2
  }
  const endOfRegex = (from: number): number => {
    let inClass = false
    let i = from
    for (; i < source.length && source[i] !== '\n'; i++) {
      if (source[i] === '\\') i++
      else if (source[i] === '[') inClass = true
      else if (source[i] === ']') inClass = false
      else if (source[i] === '/' && !inClass) break
    }
    return i
  }

  for (let i = 0; i < source.length; ) {
    const char = source[i] as string
    if (source.startsWith('//', i) || (i === 0 && source.startsWith('#!'))) {
      const end = endOf('\n', i)
      blank(i, end)
      i = end
    } else if (source.startsWith('/*', i)) {
      const end = endOf('*/', i + 2) + 2
      blank(i, end)
      i = end
    } else if (char === "'" || char === '"') {
      const end = endOfString(char, i + 1)
      blank(i + 1, end)
      i = end + 1
    } else if (char === '`') {
      i = template(i + 1)
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop()
      depth--
      i = template(i + 1)
    } else if (char === '/' && BEFORE_REGEX.test(out.slice(Math.max(0, i - 40), i).join(''))) {
      const end = endOfRegex(i + 1)
      blank(i + 1, end)
      i = end + 1
    } else {
      if (char === '{') depth++
      if (char === '}') depth--
      i++
    }
  }
  return out.join('')
}
