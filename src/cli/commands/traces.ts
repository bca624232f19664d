import { messageOf } from '../../base/fault.ts'
import { createPaint } from '../../base/paint.ts'
import { pause } from '../../base/pause.ts'
import { readTrace } from '../../wire/trace/trace.ts'
import { traceTable, traceTreeLines } from '../../wire/trace/trace-lines.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { findTrace, findTraces, newestFirst } from '../find-traces.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { tracesFlags } from '../settings.ts'

const HELP = `sidelight traces [flags]
sidelight traces TRACE_ID

Shows the newest traces that a Zipkin has, ours or another one, or the spans of one trace.
Exit code: 0 shown, 1 there is none, 2 no backend answers, wrong usage.
`

const EXIT_NONE = 1
const WIDTH_WITHOUT_TERMINAL = 160
const FOLLOW_MS = 1_000
/** Spans of a trace come late, and in parts. */
const FOLLOW_LOOKBACK_MS = 60_000
const MAX_SHOWN = 200

type Values = FlagValues<typeof tracesFlags>

/** `sidelight traces`. */
export const traces: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(tracesFlags)}`)
    return 0
  }
  const parsed = parseFlags(tracesFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const [traceId, ...more] = [...positional, ...rest]
  const id = traceId?.toLowerCase()
  if (more.length > 0 || (id !== undefined && !/^[0-9a-f]{1,32}$/.test(id)))
    return reportProblems(context, [
      {
        path: 'TRACE_ID',
        code: 'ARGUMENT_INVALID',
        message: 'one trace id is needed, of up to 32 hex digits, or none for a list',
        seen: [traceId, ...more].join(' ').slice(0, MAX_SHOWN),
      },
    ])
  if (id !== undefined) return showTrace(id, values, context)
  return values.follow ? follow(values, context) : list(values, context)
}

async function showTrace(id: string, values: Values, context: CliContext): Promise<number> {
  const spans = await findTrace(values.backend, id)
  const trace = spans && readTrace(spans)
  if (spans === undefined || trace === undefined) {
    context.err(`error: ${values.backend} has no trace ${id}`)
    return EXIT_NONE
  }
  if (values.json) context.out(JSON.stringify(spans))
  else
    for (const line of traceTreeLines(trace, widthOf(context), createPaint(context.isTerminal)))
      context.out(line)
  return 0
}

async function list(values: Values, context: CliContext): Promise<number> {
  const found = await findTraces(values.backend, values, {
    endMs: context.clock.nowUs() / 1000,
    lookbackMs: values.last,
    limit: values.limit,
  })
  if (values.json) context.out(JSON.stringify(found))
  const read = newestFirst(found)
  if (read.length === 0) {
    context.err(
      `no such trace in the last ${Math.round(values.last / 60_000)} min; --last looks further back, and sidelight doctor says why none arrive`,
    )
    return EXIT_NONE
  }
  if (values.json) return 0
  const table = traceTable(widthOf(context))
  context.out(table.head)
  for (const trace of read) context.out(table.row(trace))
  return 0
}

/** Each trace once, when it has been the same for one look: its spans do not come all at once. */
async function follow(values: Values, context: CliContext): Promise<number> {
  const { clock, out, err } = context
  const stopping = new AbortController()
  const table = traceTable(widthOf(context))
  /** Spans of each trace at the last look; what was there at the start is no news. */
  let counts: ReadonlyMap<string, number> | undefined
  const shown = new Set<string>()
  const look = async (): Promise<void> => {
    const found = await findTraces(values.backend, values, {
      endMs: clock.nowUs() / 1000,
      lookbackMs: FOLLOW_LOOKBACK_MS,
      limit: MAX_FOLLOWED,
    })
    const traces = newestFirst(found).reverse()
    for (const trace of traces) {
      const { traceId, nodes } = trace
      if (counts === undefined) shown.add(traceId)
      if (shown.has(traceId) || counts?.get(traceId) !== nodes.length) continue
      shown.add(traceId)
      if (values.json) out(JSON.stringify(found.find(([span]) => span?.traceId === traceId)))
      else out(table.row(trace))
    }
    if (counts === undefined && !values.json) out(table.head)
    counts = new Map(traces.map(({ traceId, nodes }) => [traceId, nodes.length]))
    for (const traceId of shown) if (!counts.has(traceId)) shown.delete(traceId)
  }
  const run = async (): Promise<void> => {
    let isDown = false
    while (!stopping.signal.aborted) {
      try {
        await look()
        isDown = false
      } catch (error) {
        if (!isDown) err(`warning: ${messageOf(error)}; trying on`)
        isDown = true
      }
      await pause(clock, FOLLOW_MS, stopping.signal)
    }
  }
  const running = run()
  return context.runUntilStopped({
    onRequest: () => undefined,
    async stop() {
      stopping.abort()
      await running
    },
  })
}

const MAX_FOLLOWED = 200

const widthOf = ({ columns }: CliContext): number => columns ?? WIDTH_WITHOUT_TERMINAL
