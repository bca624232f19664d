import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { messageOf } from '../base/fault.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'

export interface ManifestFile {
  readonly file: string
  readonly text: Result<string, Problem>
}

/** Manifests of a whole system are larger than what a sidecar reads. */
const MAX_BYTES = 10_485_760
const MAX_FILES = 10_000
const MANIFEST = /^[^.].*\.(ya?ml|json)$/i
/** Hidden ones are other programs' own, also the snapshots of mounted ConfigMaps; so are hidden files. */
const SKIPPED_DIRECTORY = /^(\.|node_modules$)/

/** @returns the files of all paths, sorted within each directory; or which paths do not exist */
export async function readManifests(
  paths: readonly string[],
): Promise<Result<readonly ManifestFile[], Problem[]>> {
  const files: string[] = []
  const problems: Problem[] = []
  for (const path of paths) {
    if (path === '-') {
      files.push(path)
      continue
    }
    try {
      if ((await stat(path)).isDirectory()) await collect(path, files)
      else files.push(path)
    } catch (error) {
      problems.push({ path, code: 'FILE_UNREADABLE', message: messageOf(error) })
    }
  }
  if (problems.length > 0) return err(problems)
  const manifests: ManifestFile[] = []
  // Named twice, in whatever way, it would be another of the same name.
  const once = new Map(files.map((file) => [file === '-' ? file : resolve(file), file]))
  for (const file of once.values())
    manifests.push({
      file: file === '-' ? '(standard input)' : file,
      text: await (file === '-' ? readInput() : readManifest(file)),
    })
  return ok(manifests)
}

async function collect(directory: string, files: string[]): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (files.length >= MAX_FILES) return
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      if (!SKIPPED_DIRECTORY.test(entry.name)) await collect(path, files)
    } else if (MANIFEST.test(entry.name)) files.push(path)
  }
}

async function readManifest(file: string): Promise<Result<string, Problem>> {
  const problem = (code: string, message: string) => err({ path: '(file)', file, code, message })
  try {
    const state = await stat(file)
    if (!state.isFile()) return problem('FILE_UNREADABLE', 'it is not a plain file')
    if (state.size > MAX_BYTES) return problem('FILE_TOO_LARGE', TOO_LARGE)
    return ok(await readFile(file, 'utf8'))
  } catch (error) {
    return problem('FILE_UNREADABLE', messageOf(error))
  }
}

const TOO_LARGE = `more than ${MAX_BYTES} bytes: no manifest is that large`

async function readInput(): Promise<Result<string, Problem>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    bytes += chunk.length
    if (bytes > MAX_BYTES)
      return err({ path: '(standard input)', code: 'FILE_TOO_LARGE', message: TOO_LARGE })
    chunks.push(chunk)
  }
  return ok(Buffer.concat(chunks).toString('utf8'))
}
