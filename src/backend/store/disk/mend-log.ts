import { dirname } from 'node:path'
import type { FileLayer } from './file-layer.ts'
import { encodeLogEntry } from './log-file.ts'

/** Where the bytes of a log are kept that could not be read. Nobody deletes it but people. */
export const corruptPath = (logPath: string): string => `${logPath}.corrupt`

/** Keeps bytes beside the log before they leave it. An earlier file of that name is replaced. */
export async function keepAside(
  logPath: string,
  bytes: Uint8Array,
  files: FileLayer,
): Promise<void> {
  await writeWhole(corruptPath(logPath), [bytes], files)
  await files.syncDirectory(dirname(logPath))
}

/** Replaces a log by what could be read of it, in one step. */
export async function rewriteLog(
  logPath: string,
  bodies: readonly Uint8Array[],
  files: FileLayer,
): Promise<void> {
  // Tidying removes it after a crash.
  const draft = `${logPath}.tmp`
  await writeWhole(draft, bodies.flatMap(encodeLogEntry), files)
  await files.rename(draft, logPath)
  await files.syncDirectory(dirname(logPath))
}

async function writeWhole(
  path: string,
  chunks: readonly Uint8Array[],
  files: FileLayer,
): Promise<void> {
  const file = await files.open(path, 'append')
  try {
    await file.truncate(0)
    await file.write(chunks)
    await file.sync()
  } finally {
    await file.close()
  }
}
