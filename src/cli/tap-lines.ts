import {
  type Column,
  type ColumnTable,
  columnTable,
  oneLine,
  timeOf,
} from '../base/column-table.ts'
import { formatDuration } from '../base/short-duration.ts'
import type { TapEvent, TapWay } from '../wire/tap-event.ts'

/** Who begins it, and who serves it. */
export const endsOf = ({ way, app, peer }: TapEvent): { from: string; to: string } =>
  way === 'out' ? { from: app, to: peer || app } : { from: peer || '-', to: app }

const ARROWS: Readonly<Record<TapWay, string>> = { out: '→', in: '←', event: '✉' }

/** The id is last: it is what one copies. What was not sampled has none that anybody could find. */
const COLUMNS: readonly Column<TapEvent>[] = [
  { head: 'TIME', width: 12, from: 0, cell: ({ startUs }) => timeOf(startUs) },
  { head: 'APP', width: 0.15, from: 0, cell: ({ app }) => oneLine(app) },
  { head: '', width: 1, from: 0, cell: ({ way }) => ARROWS[way] },
  { head: 'PEER', width: 0.15, from: 0, cell: ({ peer }) => oneLine(peer) || '-' },
  {
    head: 'REQUEST',
    width: 0.7,
    from: 0,
    cell: ({ method, path }) => `${oneLine(method)} ${oneLine(path)}`,
  },
  { head: 'STATUS', width: 7, from: 0, cell: ({ status }) => oneLine(status) },
  { head: 'DURATION', width: 8, from: 0, cell: ({ durationUs }) => formatDuration(durationUs) },
  {
    head: 'TRACE',
    width: 32,
    from: 100,
    cell: ({ sampled, traceId }) => (sampled && traceId !== undefined ? oneLine(traceId) : '-'),
  },
]

export const tapTable = (terminal: number): ColumnTable<TapEvent> => columnTable(COLUMNS, terminal)
