import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import { parseConfiguration, readResourceFile } from '../resources/index.ts'
import type { AnsweredSidecar, SidecarStatus } from '../wire/diagnosis.ts'

/** The file to write to: the one that was named, or the only one that all sidecars have. */
export function chooseTuneFile(
  named: string | undefined,
  statuses: readonly SidecarStatus[],
): Result<string, Problem> {
  if (named !== undefined) return ok(resolve(named))
  const problem = (code: string, message: string) => err({ path: '--file', code, message })
  const users = new Map<string, string[]>()
  let answered = 0
  for (const status of statuses) {
    if (!('report' in status)) continue
    answered++
    for (const file of status.report.configuration.files)
      users.set(file, [...(users.get(file) ?? []), status.registration.appId])
  }
  const [file, ...more] = users.keys()
  if (answered === 0)
    return problem(
      'NO_SIDECAR',
      'no sidecar of this machine answers, so nobody says which Configuration is in use; start one, point SIDELIGHT_HOME at its directory, or name the file',
    )
  if (file === undefined)
    return problem(
      'NO_CONFIGURATION',
      'the sidecars run without a Configuration; start them with --config FILE',
    )
  if (more.length === 0) return ok(file)
  const list = [...users].map(([each, apps]) => `${each} (${[...new Set(apps)].join(', ')})`)
  return problem(
    'FILE_AMBIGUOUS',
    `several Configuration files are in use; name one: ${list.join('; ')}`,
  )
}

/** What every reader of the file would say of its new text, together with its other files. */
export async function checkTuned(
  file: string,
  text: string,
  readers: readonly AnsweredSidecar[],
  nowMs: number,
): Promise<readonly Problem[]> {
  const problems = new Map<string, Problem>()
  // By itself only if nobody reads it: a file that is one of several may be incomplete.
  const lists = new Map(
    (readers.length === 0 ? [[file]] : readers.map(({ report }) => report.configuration.files)).map(
      (files) => [files.join('\0'), files],
    ),
  )
  const real = await realPathOf(file)
  for (const files of lists.values()) {
    const texts: { file: string; text: string }[] = []
    for (const each of files) {
      const read = (await realPathOf(each)) === real ? ok(text) : await readResourceFile(each)
      if (read.ok) texts.push({ file: each, text: read.value })
    }
    const parsed = await parseConfiguration(texts, {
      env: {},
      nowMs,
      foreignEnvironment: true,
      ignoreReferences: true,
    })
    for (const problem of parsed.ok ? [] : parsed.error)
      if (problem.severity === undefined) problems.set(JSON.stringify(problem), problem)
  }
  return [...problems.values()]
}

/** Several paths may name one file. */
export const realPathOf = (file: string): Promise<string> => realpath(file).catch(() => file)
