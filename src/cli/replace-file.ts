import { randomUUID } from 'node:crypto'
import { chmod, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Fault, messageOf } from '../base/fault.ts'

/**
 * Replaces a text file in one step: who reads it sees the old or the new one. Mode and owner stay, symlinks are
 * followed to what they name.
 *
 * @param before what it held when the change was made: if it holds anything else now, nothing is written
 * @throws Fault `FILE_CHANGED` (retryable), `FILE_NOT_WRITABLE`
 */
export async function replaceFile(file: string, before: string, after: string): Promise<void> {
  let temporary: string | undefined
  try {
    const real = await realpath(file)
    const { mode, uid, gid } = await stat(real)
    temporary = join(dirname(real), `.${basename(real)}.${randomUUID()}.tmp`)
    const handle = await open(temporary, 'wx', mode)
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
