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
  const shares = shown.reduce((sum, { width }) => sum + (width < 1 ? width : 0), 0)
  const taken = shown.reduce((sum, { width }) => sum + (width < 1 ? 0 : width), 0)
  const left = terminal - taken - GAP.length * (shown.length - 1)
  const widthOf = (width: number): number =>
    width < 1 ? Math.max(MIN_SHARED, Math.floor((left * width) / shares)) : width
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => {
        const width = widthOf(shown[i]?.width ?? 0)
        return cut(text, width).padEnd(width)
      })
      .join(GAP)
      .trimEnd()
  return {
    head: line(shown.map(({ head }) => head)),
    row: (of) => line(shown.map(({ cell }) => cell(of))),
  }
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
