import type { Logger } from '../../../base/logger.ts'
import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { FileHandle, FileLayer } from './file-layer.ts'
import type { HotSegment } from './hot-segment.ts'
import { locateBatch } from './locate-batch.ts'
import { decodeLog } from './log-file.ts'

/**
 * Brings what a log holds back into a hot segment. A last batch that is not whole was never acknowledged
 * and is cut off.
 *
 * @returns the log, open to go on, and its length
 */
export async function replayLog(
  path: string,
  hot: HotSegment,
  files: FileLayer,
  log: Logger,
): Promise<{ file: FileHandle; bytes: number }> {
  const file = await files.open(path, 'append')
  const content = await files.readWhole(path)
  const { bodies, wholeBytes } = decodeLog(content)
  if (wholeBytes < content.length) {
    await file.truncate(wholeBytes)
    await file.sync()
    log.warning('cut off a batch that was never acknowledged', {
      file: path,
      bytes: content.length - wholeBytes,
    })
  }
  for (const body of bodies) {
    const spans = decodeZipkinSpans(body)
    if (!spans.ok) throw new Error(`${path} holds a batch that cannot be read: ${spans.error}`)
    hot.add(locateBatch({ spans: spans.value, body }))
  }
  return { file, bytes: wholeBytes }
}
