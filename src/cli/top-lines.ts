import { type Column, columnTable, cut, oneLine } from '../base/column-table.ts'
import { BOLD, DIM, type Paint, RED } from '../base/paint.ts'
import { formatDuration } from '../base/short-duration.ts'
import type { TopRow } from './top-window.ts'

const percent = (share: number): string => `${(share * 100).toFixed(share === 1 ? 0 : 1)}%`

/** linkerd's, with the rate and the share that is traced. */
const COLUMNS: readonly Column<TopRow>[] = [
  { head: 'SOURCE', width: 0.2, from: 0, cell: ({ from }) => oneLine(from) },
  { head: 'DESTINATION', width: 0.2, from: 0, cell: ({ to }) => oneLine(to) },
  {
    head: 'REQUEST',
    width: 0.6,
    from: 0,
    cell: ({ method, path }) => `${oneLine(method)} ${oneLine(path)}`,
  },
  { head: 'RPS', width: 7, from: 0, cell: ({ rate }) => rate.toFixed(rate < 100 ? 1 : 0) },
  { head: 'SUCCESS', width: 7, from: 0, cell: ({ success }) => percent(success) },
  { head: 'P50', width: 7, from: 72, cell: ({ p50Us }) => formatDuration(p50Us) },
  { head: 'P99', width: 7, from: 0, cell: ({ p99Us }) => formatDuration(p99Us) },
  { head: 'WORST', width: 7, from: 120, cell: ({ worstUs }) => formatDuration(worstUs) },
  { head: 'LAST', width: 7, from: 120, cell: ({ lastUs }) => formatDuration(lastUs) },
  { head: 'SAMPLED', width: 7, from: 72, cell: ({ sampled }) => percent(sampled) },
]

/** A table of the busiest operations. @param lines at most, with head and foot */
export function topLines(
  rows: readonly TopRow[],
  { windowMs, seen }: { readonly windowMs: number; readonly seen: number },
  size: { readonly columns: number; readonly lines: number },
  paint: Paint,
): readonly string[] {
  const table = columnTable(COLUMNS, size.columns)
  const room = Math.max(1, size.lines - 3)
  const left = rows.length - room
  const foot = [
    `last ${formatDuration(windowMs * 1_000)}`,
    ...(left > 0 ? [`${left} more operations`] : []),
    ...(seen < 1 ? [`${percent(seen)} of the requests were seen, rates are made up for that`] : []),
  ].join(' · ')
  return [
    paint(table.head, BOLD),
    ...rows
      .slice(0, room)
      .map((row) => (row.success < 1 ? paint(table.row(row), RED) : table.row(row))),
    ...(rows.length === 0 ? ['no requests yet'] : []),
    paint(cut(foot, size.columns), DIM),
  ]
}
