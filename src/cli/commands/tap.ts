import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { openTaps, type TapTarget } from '../open-taps.ts'
import { tapFlags } from '../settings.ts'
import { createStopRequest } from '../stop-request.ts'
import { tapProblems, toTapQuery } from '../tap-flags.ts'
import { tapTable } from '../tap-lines.ts'
import { oneApp, withTapTargets } from '../tap-targets.ts'

const HELP = `sidelight tap [APP] [flags]

Shows requests of the sidecars of this machine, or of a cluster (-k), or of one app of them, as they end: no header, no body,
no query. What is not traced is shown, too. A Configuration can forbid it (spec.tracing.tap: false). Ctrl-C ends it.
Exit code: 0 ended, 2 wrong usage.
`

const WIDTH_WITHOUT_TERMINAL = 160

/** `sidelight tap`. */
export const tap: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(tapFlags)}`)
    return 0
  }
  const parsed = parseFlags(tapFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const problems = tapProblems(values)
  if (problems.length > 0) return reportProblems(context, problems)
  const app = oneApp([...positional, ...rest], context)
  if (typeof app === 'number') return app
  return withTapTargets(values, app.appId, context, (list) => watch(list, values, context))
}

function watch(
  list: () => Promise<readonly TapTarget[]>,
  values: FlagValues<typeof tapFlags>,
  context: CliContext,
): Promise<number> {
  const { clock, out, err, env } = context
  const stopRequest = createStopRequest()
  const table = tapTable(context.columns ?? WIDTH_WITHOUT_TERMINAL)
  if (!values.json) out(table.head)
  let left = values.count ?? Number.POSITIVE_INFINITY
  const taps = openTaps(
    list,
    { query: toTapQuery(values), token: env.DAPR_API_TOKEN },
    {
      event(event) {
        if (left === 0) return
        out(values.json ? JSON.stringify(event) : table.row(event))
        if (--left === 0) stopRequest.ask(false)
      },
      skipped: (count) => {
        if (count > 0)
          err(`${count} more were left out; --max raises the bound, selectors need less`)
      },
      trouble: (message) => err(`warning: ${message}`),
    },
    clock,
  )
  return context.runUntilStopped({
    onRequest: stopRequest.whenAsked,
    async stop() {
      await taps.stop()
    },
  })
}
