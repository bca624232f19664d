import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { count } from '../../base/figures.ts'
import { learnFlow, writeFlowFile } from '../../policy/index.ts'
import { type Command, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { readRun } from '../read-run.ts'
import { flowsRecordFlags } from '../settings.ts'

const HELP = `sidelight flows record NAME [flags]

Keeps what the traces of a good run did as flows/NAME.yaml, which is there to be read, edited and committed: each service
and operation, who calls whom and how often, and how slow it may be. It holds no trace id, no time and no tag.
Exit code: 0 written, 1 there is no such trace, 2 no backend answers, wrong usage.
`

const EXIT_NONE = 1

/** `sidelight flows record`. */
export const flowsRecord: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(flowsRecordFlags)}`)
    return 0
  }
  const parsed = parseFlags(flowsRecordFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const [name = '', ...more] = [...positional, ...rest]
  if (!/^[\w.-]{1,100}$/.test(name) || name.startsWith('.') || more.length > 0)
    return reportProblems(context, [
      {
        path: 'NAME',
        code: 'ARGUMENT_INVALID',
        message: 'one name is needed, of letters, digits, -, _ and dots',
        seen: [name, ...more].join(' ').slice(0, 200),
      },
    ])
  const { service, name: spanName, query, headroom } = values
  const search = {
    ...(service === undefined ? {} : { service }),
    ...(spanName === undefined ? {} : { name: spanName }),
    ...(query === undefined ? {} : { query }),
  }
  const traces = await readRun(search, values, context)
  if (traces.length === 0) {
    context.err(
      `no such trace in the last ${Math.round(values.last / 60_000)} min; sidelight doctor says why none arrive`,
    )
    return EXIT_NONE
  }
  const learned = learnFlow(traces, headroom === 0 ? undefined : headroom)
  const file = join(values.dir, `${name}.yaml`)
  await mkdir(values.dir, { recursive: true })
  await writeFile(file, writeFlowFile({ ...learned, search }))
  const failing = learned.roots.some(({ fails }) => fails)
  context.out(
    `${file}: ${count(traces.length, 'trace')} that began with ${learned.roots.map(({ service, operation }) => `${service}: ${operation}`).join(', ')}`,
  )
  if (failing)
    context.err(
      'warning: some of them failed, and may fail again (fails: true); was it a good run?',
    )
  return 0
}
