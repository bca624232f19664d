import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../base/clock.ts'
import type { DataDirectory } from './data-directory.ts'
import type { FileHandle, FileLayer } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { type SealContext, writeSegment } from './seal-segment.ts'

/** How long sealing may hold the thread at a time. */
const SLICE_MS = 3

/**
 * Puts both files of a segment in place: written under another name, synced, renamed, the index last. A
 * crash leaves either a complete segment or files that the next start removes.
 */
export async function writeSegmentFiles(
  hot: HotSegment,
  sequence: number,
  directory: DataDirectory,
  files: FileLayer,
  clock: Clock,
  splits: Pick<SealContext, 'isSplit' | 'isSplitMark'>,
): Promise<void> {
  const dataPath = directory.dataPath(sequence)
  const indexPath = directory.indexPath(sequence)
  const { isSplit, isSplitMark } = splits
  const breathe = createBreather(clock)
  const context = { sealedUs: clock.nowUs(), isSplit, isSplitMark, breathe }
  await withEmpty(files, `${dataPath}.tmp`, (data) =>
    withEmpty(files, `${indexPath}.tmp`, (index) => writeSegment(hot, data, index, context)),
  )
  await files.rename(`${dataPath}.tmp`, dataPath)
  await files.rename(`${indexPath}.tmp`, indexPath)
  await files.syncDirectory(directory.path)
}

async function withEmpty(
  files: FileLayer,
  path: string,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await files.open(path, 'append')
  try {
    // A run that failed may have left something.
    await file.truncate(0)
    await work(file)
  } finally {
    await file.close()
  }
}

function createBreather(clock: Clock): () => Promise<void> {
  let sinceMs = clock.elapsedMs()
  return async () => {
    if (clock.elapsedMs() - sinceMs < SLICE_MS) return
    await setImmediate()
    sinceMs = clock.elapsedMs()
  }
}
