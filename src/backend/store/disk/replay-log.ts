import type { Logger } from '../../../base/logger.ts'
import type { FileHandle, FileLayer } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { decodeLog } from './log-file.ts'
import type { BatchReader } from './read-batch.ts'

/**
 * Brings what a log holds back into a hot segment. A last batch that is not whole was never acknowledged
 * and is cut off.
 *
 * @returns the log, open to go on, and its length
 */
export async function replayLog(
  path: string,
  hot: HotSegment,
  reader: BatchReader,
  files: FileLayer,
  log: Logger,
): Promise<{ file: FileHandle; bytes: number }> {
  const file = await files.open(path, 'append')
  const content = await files.readWhole(path)
  const { bodies, wholeBytes, damagedBytes } = decodeLog(content)
  if (damagedBytes > 0)
    log.error('the log is damaged: what cannot be read is passed over', {
      file: path,
      bytes: damagedBytes,
    })
  if (wholeBytes < content.length) {
    await file.truncate(wholeBytes)
    await file.sync()
    log.warning('cut off the end of the log, which is not a whole batch', {
      file: path,
      bytes: content.length - wholeBytes,
    })
  }
  for (const body of bodies) {
    const rows = reader.read(body)
    if (!rows.ok) throw new Error(`${path} holds a batch that cannot be read: ${rows.error}`)
    hot.add(rows.value)
  }
  return { file, bytes: wholeBytes }
}
