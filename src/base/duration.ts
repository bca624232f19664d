/** Units of Go's time.ParseDuration, in milliseconds. */
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g

/**
 * Reads a Go duration, for example `1h30m`, `500ms`, `0`.
 *
 * @returns milliseconds, not negative; `undefined` when it is none
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0
  if (!WHOLE.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART))
    total += Number(amount) * (UNITS_MS[unit as string] as number)
  return total
}
