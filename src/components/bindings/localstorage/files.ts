import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../../base/fault.ts'

/** A sidecar holds a file in memory while it hands it on. */
const MAX_FILE_BYTES = 100 * 1024 ** 2
const MAX_LISTED = 100_000
/** What is not written to its end is in no list. */
const DRAFT = '.sidelight-draft-'

/** Who reads it sees the old or the new text, and after a failure the old one. On the disk when it settles. */
export async function writeWhole(path: string, data: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = join(dirname(path), `${DRAFT}${randomUUID()}`)
  try {
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Without following a link that came meanwhile, and without waiting for whoever writes into a pipe. */
export async function readSmall(path: string): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const state = await file.stat()
    if (!state.isFile()) throw new Fault('BINDING_FILE_OTHER', 'it is no file')
    if (state.size > MAX_FILE_BYTES)
      throw new Fault('BINDING_FILE_OTHER', `it is larger than ${MAX_FILE_BYTES} bytes`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** A file, or an empty directory. */
export const removeOne = async (path: string): Promise<void> =>
  (await lstat(path)).isDirectory() ? rmdir(path) : unlink(path)

/** Every file below a directory, in order of names. Links are not followed. */
export async function listBelow(directory: string): Promise<readonly string[]> {
  const files: string[] = []
  const visit = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) await visit(path)
      else if (!entry.name.startsWith(DRAFT)) files.push(path)
      if (files.length > MAX_LISTED)
        throw new Fault('BINDING_FILE_OTHER', `there are more than ${MAX_LISTED} files`)
    }
  }
  await visit(directory)
  return files
}
