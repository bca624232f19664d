/** A column of a table in the terminal. */
export interface Column<T> {
  readonly head: string
  /** Characters; a share of what the others leave when it is below 1. */
  readonly width: number
  /** Characters of a terminal that has room for it. */
  readonly from: number
  readonly cell: (row: T) => string
}

export interface ColumnTable<T> {
  readonly head: string
  row(of: T): string
}

const GAP = '  '
const MIN_SHARED = 8

/** Lines as wide as the terminal, and each by itself, so that rows can come one by one. */
export function columnTable<T>(columns: readonly Column<T>[], terminal: number): ColumnTable<T> {
  const shown = columns.filter(({ from }) => terminal >= from)
  const widths = shareOut(
    shown.map(({ width }) => width),
    terminal - GAP.length * (shown.length - 1),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => {
        const width = widths[i] ?? 0
        return cut(text, width).padEnd(width)
      })
      .join(GAP)
      .trimEnd()
  return {
    head: line(shown.map(({ head }) => head)),
    row: (of) => line(shown.map(({ cell }) => cell(of))),
  }
}

/** Shares of what whole widths leave; where that is little, the largest share gives what the smallest need. */
function shareOut(wanted: readonly number[], total: number): readonly number[] {
  const shares = wanted.filter((width) => width < 1)
  const sum = shares.reduce((all, share) => all + share, 0)
  const left = wanted.reduce((rest, width) => rest - (width < 1 ? 0 : width), total)
  const widths = wanted.map((width) =>
    width < 1 ? Math.max(MIN_SHARED, Math.floor((left * width) / sum)) : width,
  )
  const over = widths.reduce((all, width) => all + width, 0) - total
  const largest = wanted.indexOf(Math.max(...shares))
  if (over > 0 && largest !== -1)
    widths[largest] = Math.max(MIN_SHARED, (widths[largest] ?? 0) - over)
  return widths
}

/** What a service says of itself must not move the cursor. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')

export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

const two = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** Of the terminal's zone: `14:03:02.123`. @param us since the epoch */
export function timeOf(us: number): string {
  const at = new Date(us / 1000)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`
}

/** Of the terminal's zone: `2026-12-01`. @param us since the epoch */
export function dateOf(us: number): string {
  const at = new Date(us / 1000)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
