import type { Figure, KeptFigures, Share, WhatIfAnswer } from '../../wire/what-if.ts'

/** One measure of today's policy beside the new one, as texts for a table. */
export interface WhatIfRow {
  readonly name: string
  readonly today: string
  readonly next: string
  readonly difference: string
  /** Whether the new figure is an estimate. */
  readonly isEstimate: boolean
}

export const listWhatIfRows = ({
  today,
  next,
}: Pick<WhatIfAnswer, 'today' | 'next'>): WhatIfRow[] => [
  figureRow('Traces kept', today.traces, next.traces, formatAmount),
  shareRow('Of all traces', 'all', today, next),
  shareRow('Of traces with errors', 'errors', today, next),
  shareRow('Of the slowest 1%', 'slowest', today, next),
  figureRow('Spans a minute', today.spansPerMinute, next.spansPerMinute, formatAmount),
  figureRow('Bytes a minute', today.bytesPerMinute, next.bytesPerMinute, formatBytes),
]

function figureRow(
  name: string,
  today: Figure,
  next: Figure,
  format: (value: number) => string,
): WhatIfRow {
  return {
    name,
    today: figureInWords(today, format),
    next: figureInWords(next, format),
    difference: changeInPercent(today.value, next.value),
    isEstimate: next.isEstimate,
  }
}

/** `1,204 ± 60`; an estimate without a bound is led by `about`. */
export function figureInWords(
  { value, plusMinus, isEstimate }: Figure,
  format: (value: number) => string = formatAmount,
): string {
  // The second digit of a bound is already more than it can say.
  if (plusMinus > 0) return `${format(value)} ± ${format(Number(plusMinus.toPrecision(2)))}`
  return isEstimate ? `about ${format(value)}` : format(value)
}

function shareRow(
  name: string,
  share: 'all' | 'errors' | 'slowest',
  today: KeptFigures,
  next: KeptFigures,
): WhatIfRow {
  const [was, is] = [today[share], next[share]]
  const points =
    was.kept === undefined || is.kept === undefined ? undefined : (is.kept - was.kept) * 100
  return {
    name,
    today: shareInWords(was),
    next: shareInWords(is),
    difference: points === undefined ? '' : signed(points, ' points'),
    isEstimate: is.isEstimate && is.kept !== undefined,
  }
}

function shareInWords({ kept, of, isEstimate }: Share): string {
  if (kept === undefined) return 'there were none'
  const all = figureInWords({ ...of, plusMinus: 0 })
  return `${isEstimate ? 'about ' : ''}${percent(kept * 100)} of ${all}`
}

function changeInPercent(was: number, is: number): string {
  if (was === is) return 'same'
  if (was === 0) return 'from none'
  // Twelve times as much is easier to read than 1,100 % more.
  return is / was >= 3 ? `× ${formatAmount(is / was)}` : signed((is / was - 1) * 100, '%')
}

function signed(value: number, unit: string): string {
  const size = formatAmount(Number(Math.abs(value).toPrecision(2)))
  if (size === '0') return 'same'
  return `${value < 0 ? '−' : '+'}${size}${unit}`
}

const percent = (value: number): string => `${formatAmount(value)}%`

/** Three digits, or whole: `0.012`, `4.31`, `1,204`. */
export function formatAmount(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  return rounded.toLocaleString('en', { maximumFractionDigits: 6 })
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Decimal units: `312 B`, `4.31 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 999.5 && at < BYTE_UNITS.length - 1) {
    value /= 1000
    at++
  }
  return `${formatAmount(value)} ${BYTE_UNITS[at]}`
}
