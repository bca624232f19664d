import {
  chmod,
  type FileHandle,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { codeOf, Fault, messageOf } from '../base/fault.ts'

/**
 * Replaces a text file in one step: who reads it sees the old or the new one. Mode and owner stay, symlinks are
 * followed to what they name. Writers take turns: the new text's file, of which there can be one, is the lock.
 *
 * @param before what it held when the change was made: if it holds anything else now, nothing is written
 * @throws Fault `FILE_CHANGED` (retryable), `FILE_NOT_WRITABLE`
 */
export async function replaceFile(
  file: string,
  before: string,
  after: string,
  clock: Clock,
): Promise<void> {
  let temporary: string | undefined
  try {
    const real = await realpath(file)
    const { mode, uid, gid } = await stat(real)
    const next = join(dirname(real), `.${basename(real)}.next.tmp`)
    const handle = await openAlone(next, mode, clock)
    temporary = next
    try {
      await handle.writeFile(after)
      // Only root may give files away; others own what they write.
      if ((await handle.stat()).uid !== uid) await handle.chown(uid, gid)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // `open` takes the umask off.
    await chmod(temporary, mode)
    if ((await readFile(real, 'utf8')) !== before)
      throw new Fault(
        'FILE_CHANGED',
        `${file} was changed meanwhile; nothing is written, try again`,
        {
          retryable: true,
        },
      )
    await rename(temporary, real)
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true })
    if (cause instanceof Fault) throw cause
    throw new Fault('FILE_NOT_WRITABLE', `cannot write ${file}: ${messageOf(cause)}`, { cause })
  }
}

const PAUSE_MS = 20
/** Whoever writes has it for milliseconds; an older one is what a killed program left. */
const LEFT_BEHIND_MS = 10_000

/** Waits for its turn. */
async function openAlone(path: string, mode: number, clock: Clock): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, 'wx', mode)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const state = await stat(path).catch(() => undefined)
    const ageMs = state === undefined ? 0 : clock.nowUs() / 1_000 - state.mtimeMs
    if (Math.abs(ageMs) > LEFT_BEHIND_MS) await rm(path, { force: true })
    else await new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
