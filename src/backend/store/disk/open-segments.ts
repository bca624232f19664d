import type { Logger } from '../../../base/logger.ts'
import type { DataDirectory } from './data-directory.ts'
import type { FileLayer } from './file-layer.ts'
import { IdFilter } from './id-filter.ts'
import type { LoadedSegments } from './loaded-segments.ts'
import { SealedSegment } from './sealed-segment.ts'
import {
  decodeHead,
  decodeWords,
  PREFIX_BYTES,
  readPrefix,
  type SegmentHead,
} from './segment-format.ts'
import { markOf } from './trace-key.ts'

export interface OpenedSegment {
  readonly segment: SealedSegment
  readonly head: SegmentHead
}

/** Opens a sealed segment: its head and its ids; columns come when asked for. */
export async function openSealedSegment(
  directory: DataDirectory,
  sequence: number,
  files: FileLayer,
  loaded: LoadedSegments,
): Promise<OpenedSegment | undefined> {
  const indexPath = directory.indexPath(sequence)
  const file = await files.open(indexPath, 'read')
  try {
    const prefix = readPrefix(await file.read(PREFIX_BYTES, 0))
    if (prefix === undefined) return undefined
    const columnsFrom = PREFIX_BYTES + prefix.headBytes
    const head = decodeHead(await file.read(columnsFrom, 0))
    if (head === undefined) return undefined
    const [from, bytes] = head.columns.lows
    const lows = decodeWords(await file.read(bytes, columnsFrom + from))
    const [idsFrom, idsBytes] = head.columns.ids
    const ids = decodeWords(await file.read(idsBytes, columnsFrom + idsFrom))
    const options = {
      head,
      lows,
      marks: filterOf(ids),
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
): Promise<OpenedSegment[]> {
  const opened = await Promise.all(
    sequences.map((sequence) => openSealedSegment(directory, sequence, files, loaded)),
  )
  return opened.filter((one, index) => {
    if (one === undefined)
      log.error('a segment is damaged and is left out; its traces are missing', {
        file: directory.indexPath(sequences[index] ?? 0),
      })
    return one !== undefined
  }) as OpenedSegment[]
}

function filterOf(ids: Int32Array): IdFilter {
  const filter = new IdFilter(ids.length / 4)
  for (let at = 0; at < ids.length; at += 4) filter.add(markAt(ids, at))
  return filter
}

const markAt = (ids: Int32Array, at: number): number =>
  markOf({
    word0: ids[at] as number,
    word1: ids[at + 1] as number,
    word2: ids[at + 2] as number,
    low: ids[at + 3] as number,
  })
