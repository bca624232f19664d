import { type CliContext, type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { openTaps } from '../open-taps.ts'
import { tapFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'
import { createStopRequest } from '../stop-request.ts'
import { tapProblems, toTapQuery } from '../tap-flags.ts'
import { tapTable } from '../tap-lines.ts'

const HELP = `sidelight tap [APP] [flags]

Shows requests of the sidecars of this machine, or of one app, as they end: no header, no body, no query. Sampling does not
matter: what is not traced is shown, too. A Configuration can forbid it (spec.tracing.tap: false). Ctrl-C ends it.
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
  const [appId, ...more] = [...positional, ...rest]
  if (more.length > 0) {
    context.err(`error: one app at a time, or none for all; ${more.join(' ')} is too much`)
    return EXIT_MISTAKE
  }
  return watch(appId, values, context)
}

function watch(
  appId: string | undefined,
  values: FlagValues<typeof tapFlags>,
  context: CliContext,
): Promise<number> {
  const { clock, out, err, env } = context
  const { registrations, sender } = createSharedParts(context)
  const stopRequest = createStopRequest()
  const table = tapTable(context.columns ?? WIDTH_WITHOUT_TERMINAL)
  if (!values.json) out(table.head)
  let left = values.count ?? Number.POSITIVE_INFINITY
  const taps = openTaps(
    { url: values.sidecar, registrations, appId, token: env.DAPR_API_TOKEN },
    toTapQuery(values),
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
      await sender.close()
    },
  })
}
