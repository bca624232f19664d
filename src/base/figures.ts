const SECOND_US = 1_000_000
/** Each with the amount up to which it is used. */
const UNITS: readonly (readonly [us: number, name: string, below: number])[] = [
  [1_000, 'ms', 1_000],
  [SECOND_US, 's', 120],
  [60 * SECOND_US, 'min', 120],
  [3_600 * SECOND_US, 'h', 48],
  [86_400 * SECOND_US, 'days', Number.POSITIVE_INFINITY],
]

/** A duration that is not negative, rounded for people: `850 ms`, `4 min`. */
export function formatAge(us: number): string {
  const [unitUs, name] = UNITS.find(([size, , below]) => us < size * below) ?? [1_000, 'ms']
  const amount = us / unitUs
  return `${amount < 10 ? Number(amount.toFixed(1)) : Math.round(amount)} ${name}`
}

/** `1 span`, `10 000 spans`. */
export const count = (n: number, what: string): string =>
  `${formatNumber(n)} ${what}${n === 1 ? '' : 's'}`

/** Thousands apart: `10 000`. */
export const formatNumber = (n: number): string =>
  String(n).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ' ')

/** A sampling rate in words: `all`, `none`, `1 of 10 000`, `35 %`. */
export function formatRate(rate: number): string {
  if (rate <= 0) return 'none'
  if (rate >= 1) return 'all'
  const oneOf = Math.round(1 / rate)
  return Math.abs(oneOf * rate - 1) < 1e-9
    ? `1 of ${formatNumber(oneOf)}`
    : `${Number((rate * 100).toPrecision(3))} %`
}

const DAY_US = 86_400 * SECOND_US

/** In UTC; with the date when it is more than a day away: `14:03:02Z`, `2026-12-01T10:00:00Z`. */
export function formatTime(us: number, nowUs: number): string {
  const text = new Date(us / 1_000).toISOString().replace(/\.\d+Z$/, 'Z')
  return Math.abs(us - nowUs) < DAY_US ? text.slice(11) : text
}
