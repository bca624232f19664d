import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { fileState, isEmptyFile } from '../file-state.ts'
import type { Located } from '../located.ts'
import { readResourceFile } from '../read-resource-file.ts'
import type { Reload } from '../reload.ts'
import { watchState } from '../watch-state.ts'
import type { Resources } from './kinds.ts'
import { parseResources, type ResourceText } from './parse.ts'

export interface LiveResources extends Disposable {
  current(): Resources
  lastReload(): Reload
}

export interface LiveResourcesOptions {
  /** `--resources-path`: files directly in them, as in daprd. */
  readonly directories: readonly string[]
  readonly clock: Clock
  /** Called after each attempt but the first. A change that is wrong leaves what was there. */
  readonly onReload: (reload: Reload, resources: Resources) => void
}

/** Hidden ones are editors' and mounts' own. */
const RESOURCE_FILE = /^[^.].*\.(ya?ml|json)$/i

/** @returns the resources of the directories, watched; or every problem of the first reading */
export async function watchResources(
  options: LiveResourcesOptions,
): Promise<Result<LiveResources, Problem[]>> {
  const { directories, clock, onReload } = options
  const state = secondLookAtEmpty(async () => {
    const files = await listFiles(directories)
    if (!files.ok) return new Map([['(directory)', JSON.stringify(files.error)]])
    const states = await Promise.all(files.value.map(fileState))
    return new Map(files.value.map((file, i) => [file, states[i] as string]))
  })
  const seen = await state()
  const first = await readResources(directories)
  if (!first.ok) return first
  let { resources } = first.value
  let lastReload: Reload = {
    result: 'applied',
    problems: first.value.warnings,
    atUs: clock.nowUs(),
  }

  const attempt = async (): Promise<Reload> => {
    const read = await readResources(directories)
    const atUs = clock.nowUs()
    if (!read.ok) return { result: 'rejected', problems: read.error, atUs }
    const same = contentOf(read.value.resources) === contentOf(resources)
    resources = read.value.resources
    const recovered = lastReload.result === 'rejected' ? { recovered: true as const } : {}
    return {
      result: same ? 'unchanged' : 'applied',
      problems: read.value.warnings,
      atUs,
      ...recovered,
    }
  }
  let isClosed = false
  const reread = async (): Promise<void> => {
    const reload = await attempt()
    if (isClosed) return
    lastReload = reload
    onReload(lastReload, resources)
  }
  const watch = watchState(seen, {
    state,
    clock,
    onChange: reread,
  })
  return ok({
    current: () => resources,
    lastReload: () => lastReload,
    [Symbol.dispose]() {
      isClosed = true
      watch[Symbol.dispose]()
    },
  })
}

/**
 * Many programs empty a file before they write it: between the two it would take its components away. So a file that
 * has just become empty is not seen before the next look.
 */
function secondLookAtEmpty(
  statesOf: () => Promise<ReadonlyMap<string, string>>,
): () => Promise<string> {
  let said = new Map<string, string>()
  return async () => {
    const now = new Map(await statesOf())
    for (const [file, state] of now) {
      const before = said.get(file)
      const isNewlyEmpty = isEmptyFile(state) && before !== undefined && !isEmptyFile(before)
      if (!isNewlyEmpty) continue
      // Of the whole directory: a reading for another file would find this one empty, too.
      const told = JSON.stringify([...said])
      said = new Map(said).set(file, state)
      return told
    }
    said = now
    return JSON.stringify([...now])
  }
}

/** Without places: a moved line changes nothing. */
const contentOf = (resources: Resources): string =>
  JSON.stringify(
    Object.values<readonly Located<unknown>[]>({ ...resources }).map((list) =>
      list.map(({ resource }) => resource),
    ),
  )

async function readResources(
  directories: readonly string[],
): Promise<Result<{ resources: Resources; warnings: Problem[] }, Problem[]>> {
  const files = await listFiles(directories)
  if (!files.ok) return files
  const texts: ResourceText[] = []
  const unreadable: Problem[] = []
  for (const file of files.value) {
    const text = await readResourceFile(file)
    if (text.ok) texts.push({ file, text: text.value })
    else unreadable.push(text.error)
  }
  const { resources, problems } = await parseResources(texts)
  const all = [...unreadable, ...problems]
  return all.some(({ severity }) => severity === undefined)
    ? err(all)
    : ok({ resources, warnings: all })
}

async function listFiles(
  directories: readonly string[],
): Promise<Result<readonly string[], Problem[]>> {
  const files: string[] = []
  const problems: Problem[] = []
  for (const directory of directories)
    try {
      const names = await readdir(directory)
      files.push(
        ...names
          .filter((name) => RESOURCE_FILE.test(name))
          .sort()
          .map((name) => join(directory, name)),
      )
    } catch (error) {
      problems.push({
        path: '(directory)',
        file: directory,
        code: 'DIRECTORY_UNREADABLE',
        message:
          codeOf(error) === 'ENOENT'
            ? 'the directory does not exist; check --resources-path'
            : `the directory cannot be read: ${messageOf(error)}`,
      })
    }
  return problems.length === 0 ? ok(files) : err(problems)
}
