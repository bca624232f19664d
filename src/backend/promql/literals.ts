/** Of Prometheus' durations, longest first; each at most once and in this order. */
const DURATION =
  /^(?:(?<y>\d+)y)?(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?(?:(?<ms>\d+)ms)?$/
const DAY_MS = 86_400_000
const UNITS_MS: Readonly<Record<string, number>> = {
  y: 365 * DAY_MS,
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
}

/**
 * Reads a duration of PromQL, for example `1d12h`, `5m`, `500ms`.
 *
 * @returns milliseconds; `undefined` when it is none
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
export function parseQueryDurationMs(text: string): number | undefined {
  const amounts = text === '' ? undefined : DURATION.exec(text)?.groups
  if (amounts === undefined) return undefined
  let total = 0
  for (const [unit, amount] of Object.entries(amounts))
    if (amount !== undefined) total += Number(amount) * (UNITS_MS[unit] as number)
  return total
}

const WORDS: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
}

/**
 * Reads a number of PromQL: `1`, `.5`, `1e3`, `0x1f`, `010` (octal, as in Go), `1_000`, `+Inf`, `NaN`, and a
 * duration, which is its seconds.
 *
 * @returns `undefined` when it is none
 */
export function parseNumber(text: string): number | undefined {
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  const rest = text.slice(sign.length).trim().replaceAll('_', '')
  const size = magnitude(rest)
  return sign === '-' && size !== undefined ? -size : size
}

function magnitude(text: string): number | undefined {
  const word = WORDS[text.toLowerCase()]
  if (word !== undefined) return word
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  if (/^(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i.test(text)) return Number(text)
  const ms = parseQueryDurationMs(text)
  return ms === undefined ? undefined : ms / 1_000
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2})|(.?))/gs

/**
 * Reads a string of PromQL with its quotes: `"a\n"`, `'a'`, or in backquotes as it stands. Escapes are Go's.
 *
 * @returns `undefined` when it does not end, or an escape is none
 */
export function parseString(text: string): string | undefined {
  const quote = text[0] as string
  if (text.length < 2 || !text.endsWith(quote)) return undefined
  const inner = text.slice(1, -1)
  if (quote === '`') return inner
  let isValid = true
  const value = inner.replace(ESCAPE, (_all, x, u, long, octal, letter) => {
    const simple = letter === quote ? quote : ESCAPES[letter]
    if (simple !== undefined) return simple
    const hex = x ?? u ?? long
    const code = hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16)
    if (code <= 0x10ffff) return String.fromCodePoint(code)
    isValid = false
    return ''
  })
  // A quote or a line break inside must be escaped; the grammar sees to the quote.
  return isValid && !inner.includes('\n') ? value : undefined
}
