import { createPaint } from '../../base/paint.ts'
import type { Problem } from '../../base/problem.ts'
import { readResourceFile } from '../../resources/index.ts'
import { WHAT_IF_PATH, type WhatIfAnswer, type WhatIfRefusal } from '../../wire/what-if.ts'
import { askBackend } from '../ask-backend.ts'
import { type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { configWhatIfFlags } from '../settings.ts'
import { whatIfLines } from '../what-if-lines.ts'

const HELP = `sidelight config what-if FILE [flags]

Runs a Configuration over the recorded traces and shows what it would have kept, beside what was kept: traces,
errors, the slowest 1 %, spans and bytes a minute, by rule. Nothing is changed. Exact where it only keeps less
of what is recorded; everything else is an estimate, and says what it rests on.
Exit code: 0 answered, 2 the Configuration is not valid, no backend answers, wrong usage.
`

export const configWhatIf: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(configWhatIfFlags)}`)
    return 0
  }
  const parsed = parseFlags(configWhatIfFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const [file, ...more] = [...positional, ...rest]
  if (file === undefined || more.length > 0) {
    context.err('error: name one file, for example sidelight config what-if config.yaml')
    return EXIT_MISTAKE
  }
  const text = await readResourceFile(file)
  if (!text.ok) return reportProblems(context, [text.error])

  const query = new URLSearchParams({ last: `${values.last}ms`, file })
  const { status, body } = await askBackend(values.backend, {
    method: 'POST',
    path: `${WHAT_IF_PATH}?${query}`,
    body: text.value,
  })
  if (status === 503) {
    context.err(`error: ${values.backend} is busy: ${body.slice(0, MAX_SHOWN)}`)
    return EXIT_MISTAKE
  }
  const answer = status === 200 || status === 400 ? parseJson(body) : undefined
  if (answer === undefined) {
    context.err(
      `error: ${values.backend} answered ${status} and is no Sidelight backend of this version: ${body.slice(0, MAX_SHOWN)}`,
    )
    return EXIT_MISTAKE
  }
  if ('problems' in answer) return reportProblems(context, answer.problems)
  const warnings: readonly Problem[] = answer.warnings
  if (values.json) context.out(JSON.stringify(answer))
  else {
    reportProblems(context, warnings)
    for (const line of whatIfLines(answer, file, createPaint(context.isTerminal))) context.out(line)
  }
  return 0
}

const MAX_SHOWN = 200

/** Another program's answer may be anything. */
function parseJson(body: string): WhatIfAnswer | WhatIfRefusal | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    if ('problems' in value)
      return Array.isArray(value.problems) ? (value as WhatIfRefusal) : undefined
    return 'window' in value && 'rules' in value ? (value as WhatIfAnswer) : undefined
  } catch {
    return undefined
  }
}
