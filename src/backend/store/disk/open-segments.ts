import type { Logger } from '../../../base/logger.ts'
import type { DataDirectory } from './data-directory.ts'
import type { FileLayer } from './file-layer.ts'
import type { LoadedSegments } from './loaded-segments.ts'
import { SealedSegment } from './sealed-segment.ts'
import {
  decodeHead,
  decodeLows,
  PREFIX_BYTES,
  readPrefix,
  type SegmentHead,
} from './segment-format.ts'

/** Opens a sealed segment: its head and its ids; columns come when asked for. */
export async function openSealedSegment(
  directory: DataDirectory,
  sequence: number,
  files: FileLayer,
  loaded: LoadedSegments,
): Promise<{ segment: SealedSegment; head: SegmentHead } | undefined> {
  const indexPath = directory.indexPath(sequence)
  const file = await files.open(indexPath, 'read')
  try {
    const prefix = readPrefix(await file.read(PREFIX_BYTES, 0))
    if (prefix === undefined) return undefined
    const columnsFrom = PREFIX_BYTES + prefix.headBytes
    const head = decodeHead(await file.read(columnsFrom, 0))
    if (head === undefined) return undefined
    const [from, bytes] = head.columns.lows
    const lows = decodeLows(await file.read(bytes, columnsFrom + from))
    const options = {
      head,
      lows,
      indexPath,
      dataPath: directory.dataPath(sequence),
      fileBytes: columnsFrom + prefix.columnBytes + head.dataBytes,
    }
    return { segment: new SealedSegment(options, files, loaded), head }
  } finally {
    await file.close()
  }
}

/** Opens all, oldest first. A damaged one is left where it is and named, the others serve on. */
export async function openSealedSegments(
  directory: DataDirectory,
  sequences: readonly number[],
  files: FileLayer,
  loaded: LoadedSegments,
  log: Logger,
): Promise<{ segment: SealedSegment; head: SegmentHead }[]> {
  const opened = await Promise.all(
    sequences.map((sequence) => openSealedSegment(directory, sequence, files, loaded)),
  )
  return opened.filter((one, index) => {
    if (one === undefined)
      log.error('a segment is damaged and is left out; its traces are missing', {
        file: directory.indexPath(sequences[index] ?? 0),
      })
    return one !== undefined
  }) as { segment: SealedSegment; head: SegmentHead }[]
}
