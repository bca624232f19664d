import { messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { FileHandle, FileLayer } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { type DecodedLog, decodeLog, logEntryBytes } from './log-file.ts'
import { corruptPath, keepAside, rewriteLog } from './mend-log.ts'
import type { BatchReader } from './read-batch.ts'

export interface ReplayedLog {
  /** Open to go on. */
  readonly file: FileHandle
  readonly bytes: number
  /** What could not be read. */
  readonly lostBytes: number
}

/**
 * Brings what a log holds back into a hot segment. A last batch that is not whole was never acknowledged and is cut
 * off; like whatever else cannot be read it is kept beside the log.
 */
export async function replayLog(
  path: string,
  hot: HotSegment,
  reader: BatchReader,
  files: FileLayer,
  log: Logger,
): Promise<ReplayedLog> {
  // Made if it is not there yet.
  const file = await files.open(path, 'append')
  const content = await files.readWhole(path)
  const decoded = decodeLog(content)
  for (const body of decoded.bodies) {
    const rows = reader.read(body)
    if (!rows.ok) throw new Error(`${path} holds a batch that cannot be read: ${rows.error}`)
    hot.add(rows.value)
  }
  const end = content.subarray(decoded.wholeBytes)
  // Zeros are pages that were reserved and never written.
  const lostBytes = decoded.damagedBytes + (end.every((byte) => byte === 0) ? 0 : end.length)
  const bytes = await mend({ path, content, decoded, file, lostBytes }, files, log)
  if (bytes === undefined) return { file, bytes: content.length, lostBytes }
  if (isEndOnly(decoded)) return { file, bytes, lostBytes }
  // The file of that name is another one now.
  await file.close()
  return { file: await files.open(path, 'append'), bytes, lostBytes }
}

interface ToMend {
  readonly path: string
  readonly content: Buffer
  readonly decoded: DecodedLog
  readonly file: FileHandle
  readonly lostBytes: number
}

/** @returns the new length, or `undefined` when the log had to stay as it is, which costs no entry, only the place */
async function mend(
  { path, content, decoded, file, lostBytes }: ToMend,
  files: FileLayer,
  log: Logger,
): Promise<number | undefined> {
  const { bodies, wholeBytes, mendedEntries } = decoded
  if (isEndOnly(decoded) && wholeBytes === content.length) return wholeBytes
  const kept = lostBytes === 0 && mendedEntries === 0 ? undefined : corruptPath(path)
  try {
    if (isEndOnly(decoded)) {
      const end = content.subarray(wholeBytes)
      if (kept !== undefined) await keepAside(path, end, files)
      await file.truncate(wholeBytes)
      await file.sync()
      log.warning('cut off the end of the log, which is not a whole batch', {
        file: path,
        bytes: end.length,
        kept,
      })
      return wholeBytes
    }
    await keepAside(path, content, files)
    await rewriteLog(path, bodies, files)
    log.error('the log was damaged: what can be read is in use, the log as it was is kept', {
      file: path,
      lost_bytes: lostBytes,
      mended_batches: mendedEntries,
      kept,
    })
    return bodies.reduce((sum, body) => sum + logEntryBytes(body), 0)
  } catch (error) {
    log.error('the log is damaged and stays so, since it cannot be kept beside', {
      file: path,
      lost_bytes: lostBytes,
      error: messageOf(error),
    })
    return undefined
  }
}

/** Whether all that there is can be read, up to a last batch that is not whole. */
const isEndOnly = ({ damagedBytes, mendedEntries }: DecodedLog): boolean =>
  damagedBytes === 0 && mendedEntries === 0
