import { formatProblem, type Problem } from '../../base/problem.ts'
import { checkManifest } from '../../resources/index.ts'
import { type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { readManifests } from '../read-manifests.ts'
import { configValidateFlags } from '../settings.ts'

const EXIT_INVALID = 1
const HELP = `sidelight config validate PATH… [flags]

Checks each Configuration in files, directories (*.yaml, *.yml, *.json) and standard input (-). Resources of
other kinds are skipped. Secrets and variables that headers refer to are not looked up.
Exit code: 0 valid, 1 problems, 2 wrong usage.
`

export const configValidate: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(configValidateFlags)}`)
    return 0
  }
  const parsed = parseFlags(configValidateFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const paths = [...positional, ...rest]
  if (paths.length === 0) {
    context.err(
      'error: name files or directories, for example sidelight config validate config.yaml',
    )
    return EXIT_MISTAKE
  }
  const manifests = await readManifests(paths)
  if (!manifests.ok) return reportProblems(context, manifests.error)

  const problems: Problem[] = []
  const skipped = new Map<string, number>()
  const findBroken: (() => readonly Problem[])[] = []
  let configurations = 0
  for (const { file, text } of manifests.value) {
    if (!text.ok) {
      problems.push(text.error)
      continue
    }
    const report = await checkManifest(text.value, file, {
      env: context.env,
      lenient: values['dapr-lenient'],
      nowMs: context.clock.nowUs() / 1000,
      foreignEnvironment: true,
      ignoreReferences: true,
    })
    problems.push(...report.problems)
    configurations += report.configurations
    findBroken.push(report.findBroken)
    for (const [kind, count] of report.skipped) skipped.set(kind, (skipped.get(kind) ?? 0) + count)
  }
  if (configurations === 0 && problems.length === 0)
    problems.push(...findBroken.flatMap((find) => find()))
  if (configurations === 0 && problems.length === 0)
    problems.push({
      path: paths.join(', '),
      code: 'NO_CONFIGURATION',
      message: 'nothing here is a resource of `kind: Configuration`',
    })

  const warnings = problems.filter(({ severity }) => severity === 'warning').length
  const errors = problems.length - warnings
  const files = manifests.value.length
  if (values.json)
    context.out(
      JSON.stringify({
        valid: errors === 0,
        files,
        configurations,
        skipped: Object.fromEntries(skipped),
        problems,
      }),
    )
  else {
    for (const problem of problems)
      context.out(`${problem.severity ?? 'error'}: ${formatProblem(problem)}`)
    const others = [...skipped].map(([kind, count]) => `${count} ${kind}`).join(', ')
    context.out(
      `${count(configurations, 'Configuration')} in ${count(files, 'file')}: ` +
        `${errors === 0 ? 'valid' : count(errors, 'error')}` +
        `${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}` +
        `${others === '' ? '' : `; skipped ${others}`}`,
    )
  }
  return errors === 0 ? 0 : EXIT_INVALID
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
