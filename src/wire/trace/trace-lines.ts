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
const GAP = '  '

interface Column {
  readonly head: string
  /** Characters; a share of what the others leave when it is below 1. */
  readonly width: number
  /** Characters of a terminal that has room for it. */
  readonly from: number
  readonly cell: (trace: Trace) => string
}

/** The id is last: it is what one copies, and it is never cut. */
const COLUMNS: readonly Column[] = [
  { head: 'STARTED', width: 12, from: 0, cell: ({ startUs }) => timeOf(startUs) },
  { head: 'DURATION', width: 8, from: 0, cell: ({ durationUs }) => formatDuration(durationUs) },
  { head: 'SPANS', width: 5, from: 0, cell: ({ nodes }) => String(nodes.length) },
  { head: 'ERRORS', width: 6, from: 100, cell: ({ errors }) => String(errors.length || '-') },
  { head: 'ROOT', width: 0.6, from: 0, cell: ({ main }) => `${main.service}: ${nameOf(main)}` },
  { head: 'SERVICES', width: 0.4, from: 120, cell: servicesOf },
  { head: 'TRACE ID', width: 32, from: 0, cell: ({ traceId }) => traceId },
]

export interface TraceTable {
  readonly head: string
  row(trace: Trace): string
}

/** Lines as wide as the terminal, and each by itself, so that traces can come one by one. */
export function traceTable(terminal: number): TraceTable {
  const shown = COLUMNS.filter(({ from }) => terminal >= from)
  const shares = shown.reduce((sum, { width }) => sum + (width < 1 ? width : 0), 0)
  const taken = shown.reduce((sum, { width }) => sum + (width < 1 ? 0 : width), 0)
  const left = terminal - taken - GAP.length * (shown.length - 1)
  const widthOf = (width: number): number =>
    width < 1 ? Math.max(8, Math.floor((left * width) / shares)) : width
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
    row: (trace) => line(shown.map(({ cell }) => cell(trace))),
  }
}

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

/** What a service says of itself must not move the cursor. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')

export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

const two = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** Of the terminal's zone. */
function timeOf(us: number): string {
  const at = new Date(us / 1000)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`
}
function dateOf(us: number): string {
  const at = new Date(us / 1000)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
