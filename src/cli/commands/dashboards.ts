import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, Fault } from '../../base/fault.ts'
import { nearest } from '../../base/nearest.ts'
import { buildDashboards } from '../build-dashboards.ts'
import { type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { readSlos } from '../read-slos.ts'
import { dashboardsBuildFlags } from '../settings.ts'

const HELP = `sidelight dashboards build [flags]

Writes Grafana's dashboards with their provisioning, and Prometheus' configuration with recording rules and alerts. The
same objectives give the same bytes, so that what is committed can be checked. Objectives are read from slo.yaml in the
output directory, which is made at the first build.
`

export const dashboards: Command = async (argv, context) => {
  const [name, ...rest] = argv
  if (name === '--help' || name === '-h') return build(['--help'], context)
  if (name === 'build') return build(rest, context)
  const meant = name === undefined ? undefined : nearest(name, ['build'])
  const cure =
    meant === undefined ? 'there is sidelight dashboards build' : `did you mean ${meant}?`
  context.err(
    name === undefined
      ? `error: a command is missing; ${cure}`
      : `error: no command dashboards ${JSON.stringify(name)}; ${cure}`,
  )
  return EXIT_MISTAKE
}

const build: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(dashboardsBuildFlags)}`)
    return 0
  }
  const parsed = parseFlags(dashboardsBuildFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { slo, out, backend, prometheus, 'grafana-directory': directory } = parsed.value.values
  const own = join(out, 'slo.yaml')
  const read = await readSlos(slo ?? (existsSync(own) ? own : undefined))
  if (!read.ok) return reportProblems(context, read.error)
  const { slos, text } = read.value
  for (const built of buildDashboards(slos, text, { backend, prometheus, directory })) {
    const path = join(out, built.path)
    await write(path, built.text)
    context.out(path)
  }
  return 0
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (cause) {
    throw new Fault('FILE_NOT_WRITABLE', `${path} cannot be written (${codeOf(cause)})`, { cause })
  }
}
