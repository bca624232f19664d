import { count, formatNumber } from '../base/figures.ts'
import { BOLD, DIM, type Paint } from '../base/paint.ts'
import type { Figure, RuleFigures, Share, WhatIfAnswer } from '../wire/what-if.ts'

/** A row: what it is about, then cells, set right. */
type Row = readonly [label: string, ...cells: string[]]

/** The answer for people: today beside new, by rule, budgets, and what it all rests on. */
export function whatIfLines(answer: WhatIfAnswer, file: string, paint: Paint): string[] {
  const { window, sidecars, exact, today, next, rules, budgets, notes } = answer
  const length = formatLength(window.toUs - window.fromUs)
  return [
    `${paint(`What if ${file} were in force?`, BOLD)} ${exact ? 'Exact' : 'An estimate'}, from ${count(window.traces, 'recorded trace')} of the last ${length}`,
    paint(`${sidecars.answered} of ${count(sidecars.registered, 'sidecar')} answered`, DIM),
    '',
    ...table(
      ['', 'today', 'new', 'difference'],
      [
        ['traces kept', ...compare(today.traces, next.traces, integer)],
        ['of all traces', ...compareShares(today.all, next.all)],
        ['of errors', ...compareShares(today.errors, next.errors)],
        ['of the slowest 1 %', ...compareShares(today.slowest, next.slowest)],
        ['spans a minute', ...compare(today.spansPerMinute, next.spansPerMinute, decimal)],
        ['bytes a minute', ...compare(today.bytesPerMinute, next.bytesPerMinute, bytes)],
      ],
      paint,
    ),
    '',
    ...table(['traces kept by', 'rate', 'today', 'new', 'rests on'], rules.map(ruleRow), paint),
    ...(budgets.length === 0
      ? []
      : [
          '',
          ...table(
            ['budget', 'a sidecar', 'sidecars', 'in all', 'refuses'],
            budgets.map(({ budget, perSidecar, per, sidecars: times, total, refused }) => [
              budget,
              `${perSidecar}/${per}`,
              `× ${times}`,
              `${decimal(total)}/${per}`,
              refused === 0 ? '–' : `~ ${integer(refused)}`,
            ]),
            paint,
          ),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map(({ text }) => `· ${text}`)]),
  ]
}

const ruleRow = ({ rule, kind, rate, today, next, restsOn }: RuleFigures): Row => [
  kind === 'override' ? `${rule} (override)` : rule,
  rate === undefined ? '' : percent(rate),
  integer(today),
  show(next, integer),
  count(restsOn, 'trace'),
]

const compare = (today: Figure, next: Figure, format: (n: number) => string): string[] => [
  show(today, format),
  show(next, format),
  difference(today.value, next.value),
]

const show = ({ value, plusMinus, isEstimate }: Figure, format: (n: number) => string): string =>
  `${isEstimate ? '~ ' : ''}${format(value)}${plusMinus > 0 ? ` ± ${format(plusMinus)}` : ''}`

function difference(today: number, next: number): string {
  if (today === next) return 'same'
  if (today === 0) return 'new'
  const ratio = next / today
  return ratio >= 10
    ? `× ${Math.round(ratio)}`
    : `${ratio > 1 ? '+' : '−'}${Math.round(Math.abs(ratio - 1) * 100)} %`
}

function compareShares(today: Share, next: Share): string[] {
  const cell = ({ kept, of, isEstimate }: Share): string =>
    kept === undefined
      ? 'none seen'
      : `${isEstimate ? '~ ' : ''}${percent(kept)} of ${of.isEstimate ? '~ ' : ''}${integer(of.value)}`
  const points =
    today.kept === undefined || next.kept === undefined
      ? ''
      : Math.round((next.kept - today.kept) * 100)
  return [
    cell(today),
    cell(next),
    points === ''
      ? ''
      : points === 0
        ? 'same'
        : `${points > 0 ? '+' : '−'}${Math.abs(points)} points`,
  ]
}

/** Cells set right, as wide as their column. */
function table(head: Row, rows: readonly Row[], paint: Paint): string[] {
  const widths = head.map((_, i) =>
    Math.max(...[head, ...rows].map((row) => (row[i] ?? '').length)),
  )
  const line = (row: Row): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('   ')
      .trimEnd()
  return [paint(line(head), DIM), ...rows.map(line)].map((each) => `  ${each}`)
}

const integer = (n: number): string => formatNumber(Math.round(n))
const decimal = (n: number): string => (n < 100 ? String(Math.round(n * 10) / 10) : integer(n))
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`

const KILO = 1024
function bytes(n: number): string {
  if (n < KILO) return `${Math.round(n)} B`
  return n < KILO ** 2 ? `${decimal(n / KILO)} KiB` : `${decimal(n / KILO ** 2)} MiB`
}

const MINUTE_S = 60
const HOUR_S = 3_600
function formatLength(us: number): string {
  const s = us / 1_000_000
  if (s < MINUTE_S * 2) return `${decimal(s)} s`
  return s < HOUR_S * 2 ? `${decimal(s / MINUTE_S)} min` : `${decimal(s / HOUR_S)} h`
}
