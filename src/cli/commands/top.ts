import { cut, oneLine } from '../../base/column-table.ts'
import { createPaint } from '../../base/paint.ts'
import { pause } from '../../base/pause.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { openTaps, type TapTarget } from '../open-taps.ts'
import { topFlags } from '../settings.ts'
import { createStopRequest } from '../stop-request.ts'
import { tapProblems, toTapQuery } from '../tap-flags.ts'
import { oneApp, withTapTargets } from '../tap-targets.ts'
import { topLines } from '../top-lines.ts'
import { createTopWindow } from '../top-window.ts'

const HELP = `sidelight top [APP] [flags]

A live table of the operations of the last seconds, busiest first: requests a second, success, latency, and the share that is
traced. It counts what sidelight tap shows: of all apps what they call and what they are handed; of one app also who calls it.
Where the output is no terminal, a table each --interval. Ctrl-C ends it.
Exit code: 0 ended, 2 wrong usage.
`

const WIDTH_WITHOUT_TERMINAL = 160
const LINES_WITHOUT_TERMINAL = 1_000
/** Each sidecar tells at most so many requests a second; of more it says how many. */
const MAX_A_SECOND = '2000'

const OPEN_SCREEN = '\x1b[?1049h\x1b[?25l'
const CLOSE_SCREEN = '\x1b[?25h\x1b[?1049l'

/** `sidelight top`. */
export const top: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(topFlags)}`)
    return 0
  }
  const parsed = parseFlags(topFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const problems = tapProblems(values)
  if (problems.length > 0) return reportProblems(context, problems)
  const app = oneApp([...positional, ...rest], context)
  if (typeof app === 'number') return app
  return withTapTargets(values, app.appId, context, (list) =>
    watch(list, app.appId === undefined, values, context),
  )
}

async function watch(
  list: () => Promise<readonly TapTarget[]>,
  isOfAll: boolean,
  values: FlagValues<typeof topFlags>,
  context: CliContext,
): Promise<number> {
  const { clock, out, env } = context
  const paint = createPaint(context.isTerminal)
  const stopRequest = createStopRequest()
  const isScreen = context.columns !== undefined && !values.json
  const window = createTopWindow(values.window, clock.elapsedMs)
  const query = toTapQuery(values, {
    max: MAX_A_SECOND,
    // Of all sidecars, a call is seen on either side.
    ...(isOfAll && values.sidecar === undefined ? { way: 'out,event' } : {}),
  })
  const taps = openTaps(
    list,
    { query, token: env.DAPR_API_TOKEN },
    {
      event: window.add,
      skipped: window.skip,
      // On a screen they stand below the table, for as long as they last.
      trouble: (message) => (isScreen ? undefined : context.err(`warning: ${message}`)),
    },
    clock,
  )
  const show = (): void => {
    const rows = window.rows(clock.elapsedMs())
    const seen = window.seen()
    if (values.json) out(JSON.stringify({ windowMs: values.window, seen, operations: rows }))
    else {
      const warnings = isScreen ? taps.troubles().slice(-MAX_TROUBLES).map(oneLine) : []
      const size = {
        columns: context.columns ?? WIDTH_WITHOUT_TERMINAL,
        lines: (context.rows ?? LINES_WITHOUT_TERMINAL) - warnings.length,
      }
      const table = topLines(rows, { windowMs: values.window, seen }, size, paint)
      out(
        isScreen
          ? frameOf([...table, ...warnings.map((each) => cut(each, size.columns))])
          : `${table.join('\n')}\n`,
      )
    }
  }
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    for (let left = values.count ?? Number.POSITIVE_INFINITY; left > 0; left--) {
      await pause(clock, values.interval, stopping.signal)
      if (stopping.signal.aborted) return
      show()
    }
    stopRequest.ask(false)
  }
  if (isScreen) out(`${OPEN_SCREEN}\x1b[Hwaiting for requests\x1b[J`)
  const running = run()
  return context.runUntilStopped({
    onRequest: stopRequest.whenAsked,
    async stop() {
      stopping.abort()
      await running
      if (isScreen) out(CLOSE_SCREEN)
      await taps.stop()
    },
  })
}

const MAX_TROUBLES = 3

/** Written over what was there, so that nothing flickers. */
const frameOf = (lines: readonly string[]): string =>
  `\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`
