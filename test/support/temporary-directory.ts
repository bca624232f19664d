import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string
  /** Joins names to the path. */
  file(...names: string[]): string
}

/** `await using dir = await temporaryDirectory()`: gone, with all in it, at the end of the block. */
export async function temporaryDirectory(prefix = 'sidelight-'): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  return {
    path,
    file: (...names) => join(path, ...names),
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
    },
  }
}
