import { readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf } from '../../base/fault.ts'
import { createPaint } from '../../base/paint.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { compareFlows, learnFlow, type RecordedFlow, readFlowFile } from '../../policy/index.ts'
import { readResourceFile } from '../../resources/index.ts'
import { type Command, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { type CheckedFlow, flowLines } from '../flow-lines.ts'
import { toJUnit } from '../junit.ts'
import { readRun } from '../read-run.ts'
import { flowsCheckFlags } from '../settings.ts'

const HELP = `sidelight flows check [NAME…] [flags]

Compares the traces of the last minutes with what flows record has kept; without names, with all that it has kept.
Differences: a hop that is missing or new, more calls for one span above (N+1), an error where there was none, context that
is lost, a root over its latency budget.
Exit code: 0 the same, 1 differences, 2 no backend answers, wrong usage.
`

const EXIT_DIFFERENT = 1

/** `sidelight flows check`. */
export const flowsCheck: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(flowsCheckFlags)}`)
    return 0
  }
  const parsed = parseFlags(flowsCheckFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const recorded = await readFlows([...positional, ...rest], values.dir)
  if (!recorded.ok) return reportProblems(context, recorded.error)
  const checked: CheckedFlow[] = []
  for (const { name, flow } of recorded.value) {
    const traces = await readRun(flow.search, values, context)
    const hops = compareFlows(flow, learnFlow(traces, undefined))
    const differences = hops.reduce((sum, hop) => sum + hop.differences.length, 0)
    checked.push({ name, traces: traces.length, hops, differences })
  }
  if (values.junit !== undefined) await writeFile(values.junit, toJUnit(checked))
  if (values.json) context.out(JSON.stringify(toJson(checked)))
  else {
    const paint = createPaint(context.isTerminal)
    for (const flow of checked)
      for (const line of flowLines(flow, context.columns, paint)) context.out(line)
  }
  return checked.some(({ differences }) => differences > 0) ? EXIT_DIFFERENT : 0
}

/** The differences alone, each with its place. */
const toJson = (checked: readonly CheckedFlow[]) => ({
  flows: checked.map(({ name, traces, hops }) => ({
    name,
    traces,
    differences: hops.flatMap(({ path, differences }) =>
      differences.map((difference) => ({ ...difference, path })),
    ),
  })),
})

async function readFlows(
  names: readonly string[],
  directory: string,
): Promise<Result<readonly { readonly name: string; readonly flow: RecordedFlow }[], Problem[]>> {
  const found = names.length > 0 ? names : await listFlows(directory)
  if (found.length === 0)
    return err([
      {
        path: directory,
        code: 'NO_FLOWS',
        message: 'no flow is kept here; sidelight flows record NAME keeps one',
      },
    ])
  const flows: { name: string; flow: RecordedFlow }[] = []
  const problems: Problem[] = []
  for (const name of found) {
    const file = join(directory, `${name}.yaml`)
    const text = await readResourceFile(file)
    const flow = text.ok ? readFlowFile(text.value, file) : err([text.error])
    if (flow.ok) flows.push({ name, flow: flow.value })
    else problems.push(...flow.error)
  }
  return problems.length > 0 ? err(problems) : ok(flows)
}

async function listFlows(directory: string): Promise<readonly string[]> {
  try {
    const files = await readdir(directory)
    return files
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => basename(file, '.yaml'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
