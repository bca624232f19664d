import type { ExposedExemplar } from '../../wire/exposed-sample.ts'
import { type Labels, ownLabels } from '../../wire/labels.ts'
import type { Series } from '../promql/sample-source.ts'
import { type Chunk, createChunk, readChunk } from './chunk.ts'

/** An exemplar as it is kept: at a time for sure. */
export interface StoredExemplar extends ExposedExemplar {
  readonly timeMs: number
}

/** All that is kept of one series. The store owns it and counts its bytes. */
export interface StoredSeries {
  readonly labels: Labels
  /** Oldest first; only the last one grows. */
  readonly chunks: Chunk[]
  /** When it went stale, ascending. */
  readonly endsMs: number[]
  /** The latest, oldest first. */
  readonly exemplars: StoredExemplar[]
}

export const createSeries = (labels: Labels): StoredSeries => ({
  labels: ownLabels(labels),
  chunks: [createChunk()],
  endsMs: [],
  exemplars: [],
})

export const lastChunk = ({ chunks }: StoredSeries): Chunk => chunks[chunks.length - 1] as Chunk

/** The last sample or end; nothing may be written before it. */
export const lastTimeMs = (series: StoredSeries): number => {
  const { count, endMs } = lastChunk(series)
  const sampledMs = count === 0 ? Number.NEGATIVE_INFINITY : endMs
  return Math.max(sampledMs, series.endsMs.at(-1) ?? Number.NEGATIVE_INFINITY)
}

/** Samples after `fromMs` up to `toMs`; `undefined` when there are none, and no end either. */
export function readSeries(
  { labels, chunks, endsMs }: StoredSeries,
  fromMs: number,
  toMs: number,
): Series | undefined {
  const wanted = chunks.filter(
    ({ count, startMs, endMs }) => count > 0 && endMs > fromMs && startMs <= toMs,
  )
  const room = wanted.reduce((sum, { count }) => sum + count, 0)
  const timesMs = new Float64Array(room)
  const values = new Float64Array(room)
  let length = 0
  for (const chunk of wanted)
    readChunk(chunk, (timeMs, value) => {
      if (timeMs <= fromMs || timeMs > toMs) return
      timesMs[length] = timeMs
      values[length++] = value
    })
  const ends = endsMs.filter((timeMs) => timeMs > fromMs && timeMs <= toMs)
  if (length === 0 && ends.length === 0) return undefined
  return {
    labels,
    timesMs: timesMs.subarray(0, length),
    values: values.subarray(0, length),
    endsMs: ends,
  }
}

/** Whether anything of it lies after `fromMs` up to `toMs`. */
export const hasSamples = ({ chunks }: StoredSeries, fromMs: number, toMs: number): boolean =>
  chunks.some(({ count, startMs, endMs }) => count > 0 && endMs > fromMs && startMs <= toMs)
