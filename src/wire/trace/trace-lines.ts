import {
  type Column,
  type ColumnTable,
  columnTable,
  cut,
  dateOf,
  oneLine,
  timeOf,
} from '../../base/column-table.ts'
import { count } from '../../base/figures.ts'
import { BOLD, type Paint, RED } from '../../base/paint.ts'
import { formatDuration } from '../../base/short-duration.ts'
import { errorMessageOf, isError } from './span-facts.ts'
import type { Trace } from './trace.ts'
import type { TraceNode } from './trace-tree.ts'

const NAME_MIN = 24
const BAR_MIN = 10
const BAR_MAX = 60
const MAX_SERVICES = 3

/** The id is last: it is what one copies, and it is never cut. */
const COLUMNS: readonly Column<Trace>[] = [
  { head: 'STARTED', width: 12, from: 0, cell: ({ startUs }) => timeOf(startUs) },
  { head: 'DURATION', width: 8, from: 0, cell: ({ durationUs }) => formatDuration(durationUs) },
  { head: 'SPANS', width: 5, from: 0, cell: ({ nodes }) => String(nodes.length) },
  { head: 'ERRORS', width: 6, from: 100, cell: ({ errors }) => String(errors.length || '-') },
  { head: 'ROOT', width: 0.6, from: 0, cell: ({ main }) => `${main.service}: ${nameOf(main)}` },
  { head: 'SERVICES', width: 0.4, from: 120, cell: servicesOf },
  { head: 'TRACE ID', width: 32, from: 0, cell: ({ traceId }) => traceId },
]

export const traceTable = (terminal: number): ColumnTable<Trace> => columnTable(COLUMNS, terminal)

function servicesOf({ services }: Trace): string {
  const names = services.slice(0, MAX_SERVICES).map(({ service }) => service)
  const more = services.length > MAX_SERVICES ? ` +${services.length - MAX_SERVICES}` : ''
  return `${names.join(', ')}${more}`
}

/** The spans as they called one another, each with its share of the trace's time. */
export function traceTreeLines(trace: Trace, width: number, paint: Paint): readonly string[] {
  const { traceId, startUs, durationUs, nodes, services, errors } = trace
  const rows = layout(trace.roots)
  const nameWidth = Math.min(
    Math.max(...rows.map(({ text }) => text.length), NAME_MIN),
    Math.max(NAME_MIN, Math.floor((width - 10) * 0.6)),
  )
  const barWidth = Math.min(BAR_MAX, Math.max(BAR_MIN, width - nameWidth - 12))
  const head = [
    paint(traceId, BOLD),
    `${dateOf(startUs)} ${timeOf(startUs)}`,
    formatDuration(durationUs),
    count(nodes.length, 'span'),
    count(services.length, 'service'),
    ...(errors.length > 0 ? [paint(count(errors.length, 'error'), RED)] : []),
  ].join('  ')
  const lines = rows.map(({ node, text }) => {
    const name = cut(text, nameWidth).padEnd(nameWidth)
    const bar = barOf(node, trace, barWidth)
    const failed = isError(node.span)
    const line = `${name}  ${durationOf(node).padStart(7)}  ${bar}`.trimEnd()
    const why = failed ? `  ✘ ${oneLine(errorMessageOf(node.span) ?? '')}` : ''
    const whole = cut(`${line}${why}`, Math.max(width, line.length))
    return failed ? paint(whole, RED) : whole
  })
  return [head, '', ...lines]
}

interface Row {
  readonly node: TraceNode
  readonly text: string
}

/** Iterative: a trace may be thousands of spans deep. */
function layout(roots: readonly TraceNode[]): Row[] {
  const rows: Row[] = []
  const todo: { node: TraceNode; lead: string; mark: string }[] = []
  const push = (nodes: readonly TraceNode[], lead: string, isRoot: boolean): void => {
    for (const [i, node] of [...nodes.entries()].reverse())
      todo.push({ node, lead, mark: isRoot ? '' : i === nodes.length - 1 ? '└ ' : '├ ' })
  }
  push(roots, '', true)
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { node, lead, mark } = next
    const orphan =
      node.orphan === undefined ? '' : ` (its parent ${node.orphan.parentId} is not here)`
    rows.push({ node, text: `${lead}${mark}${node.service}: ${nameOf(node)}${orphan}` })
    const below = mark === '' ? '' : mark === '├ ' ? '│ ' : '  '
    push(node.children, lead + below, false)
  }
  return rows
}

function barOf({ startUs, durationUs, hasTime }: TraceNode, trace: Trace, width: number): string {
  if (!hasTime || trace.durationUs === 0) return ''
  const perUs = width / trace.durationUs
  const from = Math.min(width - 1, Math.floor((startUs - trace.startUs) * perUs))
  const length = Math.max(1, Math.min(width - from, Math.round(durationUs * perUs)))
  return `${' '.repeat(Math.max(0, from))}${'█'.repeat(length)}`
}

const nameOf = ({ span: { name, remoteEndpoint } }: TraceNode): string =>
  oneLine(name ?? (remoteEndpoint?.serviceName ? `to ${remoteEndpoint.serviceName}` : 'unnamed'))

const durationOf = ({ durationUs }: TraceNode): string =>
  durationUs === 0 ? '-' : formatDuration(durationUs)
