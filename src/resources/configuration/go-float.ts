const DECIMAL = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i
const INFINITE = /^([+-]?)inf(?:inity)?$/i
/** Between digits only, or behind `0x`. */
const UNDERSCORES = /(?<=[0-9a-f]|^[+-]?0x)_(?=[0-9a-f])/gi

/**
 * Reads a number as Go's `strconv.ParseFloat(text, 64)` does: decimal, hexadecimal with a binary exponent
 * (`0x1p-2`), `Inf`, `NaN`, underscores between digits.
 *
 * @returns `undefined` where Go reports an error, also for a number too large
 * @see https://pkg.go.dev/strconv#ParseFloat
 */
export function parseGoFloat(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN
  const infinite = INFINITE.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const plain = text.replace(UNDERSCORES, '')
  const value = DECIMAL.test(plain) ? Number(plain) : parseHexadecimal(plain)
  return value === undefined || !Number.isFinite(value) ? undefined : value
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent] = match
  const digits = whole + fraction
  if (digits === '') return undefined
  let mantissa = 0
  for (const digit of digits) mantissa = mantissa * 16 + Number.parseInt(digit, 16)
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}
