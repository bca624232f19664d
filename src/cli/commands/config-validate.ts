import { dirname, resolve } from 'node:path'
import { formatProblem, inOrder, type Problem } from '../../base/problem.ts'
import { checkManifest, type FoundDocument } from '../../resources/index.ts'
import { checkResources } from '../check-resources.ts'
import { type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { readManifests } from '../read-manifests.ts'
import { configValidateFlags } from '../settings.ts'

const EXIT_INVALID = 1
const HELP = `sidelight config validate PATH… [flags]

Checks Configurations, Components, Subscriptions, Resiliencies and HTTPEndpoints in files, directories (*.yaml, *.yml,
*.json) and standard input (-): each Configuration by itself, the rest together with what else stands in their directory,
as a sidecar reads them that is pointed at it; it does not look into directories below. Other resources are skipped. Secrets and variables that are referred to are not looked
up, and no component is opened.
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
  const reports: { readonly file: string; findBroken(): readonly Problem[] }[] = []
  const resources: FoundDocument[] = []
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
    resources.push(...report.resources)
    reports.push({ file, findBroken: report.findBroken })
    for (const [kind, count] of report.skipped) skipped.set(kind, (skipped.get(kind) ?? 0) + count)
  }
  problems.push(...(await checkResources(resources)))
  // A sidecar refuses the whole directory for one file that is no YAML, whatever it was to be.
  const read = new Set(resources.map(({ file }) => dirname(resolve(file))))
  for (const { file, findBroken } of reports)
    if (read.has(dirname(resolve(file))))
      problems.push(...findBroken().filter(({ code }) => code !== 'NO_RESOURCE'))
  const isAllWell = (): boolean => problems.every(({ severity }) => severity === 'warning')
  if (configurations + resources.length === 0) {
    if (isAllWell()) problems.push(...reports.flatMap(({ findBroken }) => findBroken()))
    if (isAllWell())
      problems.push({ path: paths.join(', '), code: 'NO_RESOURCE', message: NOTHING })
  }
  const counts = Object.keys(plurals).map((kind) => {
    const found = resources.filter(({ document }) => document.kind === kind).length
    return [kind, kind === 'Configuration' ? configurations : found] as const
  })

  const warnings = problems.filter(({ severity }) => severity === 'warning').length
  const errors = problems.length - warnings
  const files = manifests.value.length
  if (values.json)
    context.out(
      JSON.stringify({
        valid: errors === 0,
        files,
        ...Object.fromEntries(counts.map(([kind, n]) => [plurals[kind]?.toLowerCase(), n])),
        skipped: Object.fromEntries(skipped),
        problems: inOrder(problems, manifests.value),
      }),
    )
  else {
    for (const problem of inOrder(problems, manifests.value))
      context.out(`${problem.severity ?? 'error'}: ${formatProblem(problem)}`)
    const others = [...skipped].map(([kind, count]) => `${count} ${kind}`).join(', ')
    const found = counts.filter(([, n]) => n > 0).map(([kind, n]) => count(n, kind, plurals[kind]))
    context.out(
      `${found.join(', ') || 'nothing'} in ${count(files, 'file')}: ` +
        `${errors === 0 ? 'valid' : count(errors, 'error')}` +
        `${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}` +
        `${others === '' ? '' : `; skipped ${others}`}`,
    )
  }
  return errors === 0 ? 0 : EXIT_INVALID
}

const NOTHING =
  'nothing here is a Configuration, Component, Subscription, Resiliency or HTTPEndpoint'

const plurals: Readonly<Record<string, string>> = {
  Configuration: 'Configurations',
  Component: 'Components',
  Subscription: 'Subscriptions',
  Resiliency: 'Resiliencies',
  HTTPEndpoint: 'HTTPEndpoints',
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
