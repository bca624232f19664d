import type { Problem } from '../../base/problem.ts'
import { collectReports, type Sender } from '../../net/index.ts'
import type { OverrideEdit } from '../../resources/index.ts'
import type { SidecarStatus } from '../../wire/diagnosis.ts'
import { awaitOverrides, readersOf } from '../await-overrides.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { tuneCluster } from '../cluster/tune-cluster.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { tuneFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'
import { chooseTuneFile } from '../tune-file.ts'
import { describePut } from '../tune-lines.ts'
import { listOverrides } from '../tune-list.ts'
import { parseTuneTarget } from '../tune-target.ts'
import { warnOfUnknownApps } from '../unknown-apps.ts'
import { type OverrideChange, writeOverrides } from '../write-overrides.ts'

const EXIT_NOT_APPLIED = 1
const MIN_MS = 1_000
const MAX_MS = 168 * 3_600_000
const HELP = `sidelight tune TARGET=RATE… --for DURATION [flags]
sidelight tune --list
sidelight tune --clear [TARGET…]

Writes overrides into the Configuration file that the sidecars of this machine use, or with -k into the Configuration
that the pods of the apps have, and waits until each sidecar runs it. Overrides go before all rules and end by themselves. They decide where a trace begins; limit.perSecond
of the file caps them, too.

TARGET  checkout          calls of the app checkout
        checkout/orders/* calls of its paths; ids are folded: /orders/7 means /orders/{id}
        /orders/*         that path of any app
        GET /orders/*     with that method, also GET checkout/orders/*
        *                 everything; * stands for any text, also inside the others
RATE    100%, 5%, or 0 to 1

Exit code: 0 applied everywhere, 1 some sidecar did not apply it within 5 s (30 s in a cluster), 2 nothing was written.
`

export const tune: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(tuneFlags)}`)
    return 0
  }
  const parsed = parseFlags(tuneFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const asked = readQuestion([...positional, ...rest], values, context.clock.nowUs() / 1_000)
  if ('problems' in asked) return reportProblems(context, asked.problems)

  if (values.kubernetes)
    return withCluster(values, context, (client, { namespace }) =>
      tuneCluster(client, { ...values, ...asked }, namespace, context),
    )

  const { registrations, sender } = createSharedParts(context)
  try {
    const statuses = await collectReports(await registrations.list(), sender, context.clock)
    if (asked.isList) {
      listOverrides(statuses, values.json, context)
      return 0
    }
    return await apply(asked, values, statuses, sender, context)
  } finally {
    await sender.close()
  }
}

interface Question extends OverrideChange {
  readonly isList: boolean
}

interface Values {
  readonly for: number | undefined
  readonly file: string | undefined
  readonly list: boolean
  readonly clear: boolean
  readonly json: boolean
}

function readQuestion(
  words: readonly string[],
  { for: forMs, list, clear }: Values,
  nowMs: number,
): Question | { readonly problems: readonly Problem[] } {
  const problem = (path: string, code: string, message: string): { problems: Problem[] } => ({
    problems: [{ path, code, message }],
  })
  if (list) return { isList: true, put: [], clear: [] }
  if (clear) return { isList: false, put: [], clear: words.length === 0 ? undefined : words }
  if (words.length === 0)
    return problem('tune', 'TUNE_WITHOUT_TARGET', 'name a target and a rate, such as checkout=100%')
  const isLengthGiven = forMs !== undefined && forMs >= MIN_MS && forMs <= MAX_MS
  // The file has whole seconds.
  const untilMs = Math.ceil((nowMs + (forMs ?? 0)) / 1_000) * 1_000
  const targets = words.map((word) => parseTuneTarget(word, untilMs))
  const problems = [
    ...targets.flatMap((target) => (target.ok ? [] : [target.error])),
    ...(isLengthGiven ? [] : problem('--for', 'FLAG_INVALID', FOR_NEEDED).problems),
  ]
  if (problems.length > 0) return { problems }
  const put = targets.flatMap((target) => (target.ok ? [target.value] : []))
  const twice = put.find(({ name }, i) => put.findIndex((each) => each.name === name) < i)
  if (twice !== undefined)
    return problem(twice.name, 'RULE_NAME_TWICE', 'one target can have one rate')
  return { isList: false, put, clear: [] }
}

const FOR_NEEDED =
  'a duration from 1s to 168h is needed, for example --for 10m: overrides end by themselves'

async function apply(
  { put, clear }: Question,
  { file: named, json }: Values,
  statuses: readonly SidecarStatus[],
  sender: Sender,
  context: CliContext,
): Promise<number> {
  const nowMs = context.clock.nowUs() / 1_000
  const file = chooseTuneFile(named, statuses)
  if (!file.ok) return reportProblems(context, [file.error])
  const readers = await readersOf(file.value, statuses)
  const written = await writeOverrides(file.value, { put, clear }, readers, context.clock)
  if (!written.ok) {
    const { problems, isOfResult } = written.error
    if (isOfResult)
      context.err(`error: nothing is written, since ${file.value} would not be valid:`)
    return reportProblems(context, problems)
  }
  const { dropped, added, isBlockRemoved } = written.value
  for (const words of warnOfUnknownApps(put, statuses)) context.err(`warning: ${words}`)

  const awaited = { file: file.value, put, removed: dropped.filter((name) => !has(put, name)) }
  const acknowledged = await awaitOverrides(readers, awaited, { sender, clock: context.clock })
  const applied = acknowledged.filter(({ isApplied }) => isApplied).length
  const isApplied = applied === readers.length && readers.length > 0
  if (json)
    context.out(
      JSON.stringify({ file: file.value, put, dropped, added, applied, sidecars: acknowledged }),
    )
  else {
    for (const each of put) context.out(describePut(each, nowMs))
    for (const name of dropped) context.out(`${name}: removed`)
    if (put.length === 0 && dropped.length === 0) context.out('no override of tune is there')
    for (const part of added) context.out(ADDED[part])
    if (isBlockRemoved) context.out(BLOCK_REMOVED)
    for (const status of statuses)
      if (!('report' in status))
        context.err(
          `warning: the sidecar of ${status.registration.appId} (process ${status.registration.pid}) does not answer: ${status.error}`,
        )
    for (const { appId, pid, reason } of acknowledged)
      if (reason !== undefined) context.err(`error: ${appId} (process ${pid}): ${reason}`)
    context.out(
      readers.length === 0
        ? `written to ${file.value}, which no running sidecar uses`
        : `applied ${applied}/${readers.length}`,
    )
  }
  return isApplied ? 0 : EXIT_NOT_APPLIED
}

const has = (put: readonly OverrideEdit[], name: string): boolean =>
  put.some((each) => each.name === name)

/** A block does more than hold overrides: who gets one must be told. */
const ADDED = {
  sampling:
    'The file had no spec.tracing.sampling and has one now: spans say which rule decided, new traces carry their probability in tracestate, and at samplingRate 0 tracing follows sampled callers instead of being off. tune --clear takes it away again.',
  tracing:
    'The file had no spec.tracing and has one now: new traces are kept at 0.0001 where no override says otherwise. Name an exporter there (zipkin or otel), or no span goes anywhere. tune --clear takes it away again.',
} as const
const BLOCK_REMOVED = 'What tune had added around the overrides is gone, too.'
