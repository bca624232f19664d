import { readFile, stat } from 'node:fs/promises'
import { codeOf, messageOf } from '../base/fault.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'

/**
 * A larger file is no resource, and reading it as YAML would hold up every request meanwhile: about a second
 * for each MiB, as measured with the library that reads it.
 */
export const MAX_RESOURCE_BYTES = 262_144

/** The text of a resource file, or why there is none: missing, not a plain file, too large. */
export async function readResourceFile(file: string): Promise<Result<string, Problem>> {
  const problem = (code: string, message: string) => err({ path: '(file)', file, code, message })
  try {
    const state = await stat(file)
    // A pipe would be waited for, without end.
    if (!state.isFile()) return problem('FILE_UNREADABLE', 'it is not a plain file')
    if (state.size > MAX_RESOURCE_BYTES)
      return problem(
        'FILE_TOO_LARGE',
        `the file has ${state.size} bytes; a resource file has at most ${MAX_RESOURCE_BYTES}`,
      )
    return ok(await readFile(file, 'utf8'))
  } catch (error) {
    return problem(
      'FILE_UNREADABLE',
      codeOf(error) === 'ENOENT'
        ? 'the file does not exist; check the path'
        : `the file cannot be read: ${messageOf(error)}`,
    )
  }
}
