import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { fileState, isEmptyFile } from '../file-state.ts'
import { readTexts } from '../read-texts.ts'
import type { TextSource } from '../text-source.ts'
import { watchState } from '../watch-state.ts'

/** Hidden ones are editors' and mounts' own. */
const RESOURCE_FILE = /^[^.].*\.(ya?ml|json)$/i

/** `--resources-path`: files directly in the directories, as in daprd. */
export function createDirectorySource(directories: readonly string[], clock: Clock): TextSource {
  const state = secondLookAtEmpty(async () => {
    const files = await listFiles(directories)
    if (!files.ok) return new Map([['(directory)', JSON.stringify(files.error)]])
    const states = await Promise.all(files.value.map(fileState))
    return new Map(files.value.map((file, i) => [file, states[i] as string]))
  })
  let seen: string | undefined
  return {
    async read() {
      // Before the texts: a change in between is then seen as one.
      seen ??= await state()
      const files = await listFiles(directories)
      return files.ok ? readTexts(files.value) : { texts: [], problems: files.error }
    },
    watch: (onChange) => watchState(seen ?? '', { state, clock, onChange }),
  }
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
