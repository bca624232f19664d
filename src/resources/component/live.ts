import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { fileState } from '../file-state.ts'
import { readResourceFile } from '../read-resource-file.ts'
import { watchState } from '../watch-state.ts'
import type { Component, Located } from './component.ts'
import { parseComponents, type ResourceText } from './parse.ts'

export interface LiveComponents extends Disposable {
  current(): readonly Located<Component>[]
  /** Warnings of what is in force, or why the last change was rejected. */
  problems(): readonly Problem[]
}

export interface LiveComponentsOptions {
  /** `--resources-path`: files directly in them, as in daprd. */
  readonly directories: readonly string[]
  readonly clock: Clock
  /** What is in force now. */
  readonly onChange: (components: readonly Located<Component>[]) => void
  /** A change that is wrong: the last good one stays. */
  readonly onReject: (problems: readonly Problem[]) => void
}

const RESOURCE_FILE = /\.(ya?ml|json)$/i

/** @returns the components of the directories, watched; or every problem of the first reading */
export async function watchComponents(
  options: LiveComponentsOptions,
): Promise<Result<LiveComponents, Problem[]>> {
  const { directories, clock, onChange, onReject } = options
  const state = async (): Promise<string> => {
    const files = await listFiles(directories)
    if (!files.ok) return JSON.stringify(files.error)
    const states = await Promise.all(files.value.map(fileState))
    return files.value.map((file, i) => `${file}:${states[i]}`).join(' ')
  }
  const seen = await state()
  const first = await readComponents(directories)
  if (!first.ok) return first
  let { components, warnings } = first.value
  let problems: readonly Problem[] = warnings

  const reread = async (): Promise<void> => {
    const read = await readComponents(directories)
    if (!read.ok) {
      problems = read.error
      onReject(read.error)
      return
    }
    const same = resourcesOf(read.value.components) === resourcesOf(components)
    ;({ components, warnings } = read.value)
    problems = warnings
    if (!same) onChange(components)
  }
  const watch = watchState(seen, {
    state,
    clock,
    onChange: reread,
  })
  return ok({
    current: () => components,
    problems: () => problems,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  })
}

/** Without their places: a moved line changes nothing. */
const resourcesOf = (components: readonly Located<Component>[]): string =>
  JSON.stringify(components.map(({ resource }) => resource))

async function readComponents(
  directories: readonly string[],
): Promise<Result<{ components: readonly Located<Component>[]; warnings: Problem[] }, Problem[]>> {
  const files = await listFiles(directories)
  if (!files.ok) return files
  const texts: ResourceText[] = []
  const unreadable: Problem[] = []
  for (const file of files.value) {
    const text = await readResourceFile(file)
    if (text.ok) texts.push({ file, text: text.value })
    else unreadable.push(text.error)
  }
  const { components, problems } = parseComponents(texts)
  const all = [...unreadable, ...problems]
  return all.some(({ severity }) => severity === undefined)
    ? err(all)
    : ok({ components, warnings: all })
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
