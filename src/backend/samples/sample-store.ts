import type { ExposedExemplar, MetricMetadata } from '../../wire/exposed-sample.ts'
import { type Labels, ownLabels } from '../../wire/labels.ts'
import type { Matcher } from '../promql/matchers.ts'
import type { SampleSource } from '../promql/sample-source.ts'
import { appendTo, type Chunk, createChunk, isFull, seal } from './chunk.ts'
import { createFifo } from './fifo.ts'
import { createLabelIndex } from './label-index.ts'
import {
  createSeries,
  hasSamples,
  lastChunk,
  lastTimeMs,
  readSeries,
  type StoredExemplar,
  type StoredSeries,
} from './stored-series.ts'

export interface SampleStoreLimits {
  /** Samples, labels and exemplars together, as far as they can be counted. */
  readonly maxBytes: number
  /** Older ones leave. */
  readonly retainMs: number
  /** Of one series; the oldest leave. */
  readonly maxExemplars: number
}

export const MAX_EXEMPLARS = 10

/** Why a sample was not kept: it is not newer than what is there, or there is no room for another series. */
export type Refusal = 'old' | 'full'

export interface SampleStoreStats {
  readonly series: number
  readonly samples: number
  readonly bytes: number
  /** Since the start, to keep the bounds. */
  readonly evictedSamples: number
}

/**
 * Samples of the last hours, in memory: after a restart they would have a hole and be worth little. What is kept
 * is bounded by bytes and by age; the oldest run of samples leaves first, of whichever series it is.
 */
export interface SampleStore extends SampleSource {
  append(labels: Labels, timeMs: number, value: number): Refusal | undefined
  /** From here on the series has no value. An unknown one is let be. */
  end(labels: Labels, timeMs: number): void
  /** Of a series that is there; one that repeats the last one is let be. */
  addExemplar(labels: Labels, exemplar: ExposedExemplar, timeMs: number): void
  /** Takes away what is too old by now. */
  sweep(nowMs: number): void
  /** Labels of the series that have samples in the time. */
  series(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<Labels>
  exemplars(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
  ): Iterable<{ readonly labels: Labels; readonly exemplars: readonly StoredExemplar[] }>
  /** What a metric says of itself; the last word counts. */
  describe(name: string, metadata: MetricMetadata): void
  metadata(): ReadonlyMap<string, MetricMetadata>
  stats(): SampleStoreStats
}

/** Objects, index entries and the like, measured with 100 000 series. */
const SERIES_BYTES = 1_200
const CHUNK_BYTES = 200
const EXEMPLAR_BYTES = 400
const END_BYTES = 8
/** Metrics that are described. More have samples, but no help. */
const MAX_DESCRIBED = 10_000
/** By so much one sample may make the store grow: a chunk that doubles, or a fresh one. */
const GROWTH_BYTES = 4_096
/** A character of a label stands in the key and in the pairs. */
const LABEL_CHARACTER_BYTES = 2

export function createSampleStore(limits: SampleStoreLimits): SampleStore {
  const byKey = new Map<string, StoredSeries>()
  const index = createLabelIndex<StoredSeries>()
  const described = new Map<string, MetricMetadata>()
  /** Full chunks, about in the order of their ends. */
  const sealed = createFifo<StoredSeries>()
  let bytes = 0
  let samples = 0
  let evictedSamples = 0

  const sizeOf = ({ labels }: StoredSeries): number =>
    SERIES_BYTES + LABEL_CHARACTER_BYTES * labels.key.length

  function open(labels: Labels): StoredSeries | undefined {
    const known = byKey.get(labels.key)
    if (known !== undefined) return known
    const series = createSeries(labels)
    const needed = sizeOf(series) + CHUNK_BYTES + lastChunk(series).bytes.length
    if (!makeRoom(needed)) return undefined
    bytes += needed
    byKey.set(labels.key, series)
    index.add(series)
    return series
  }

  /** @returns whether there is room now */
  function makeRoom(needed: number): boolean {
    while (bytes + needed > limits.maxBytes) {
      const series = sealed.take()
      if (series === undefined) return false
      evictFirst(series)
    }
    return true
  }

  function evictFirst(series: StoredSeries): void {
    const chunk = series.chunks.shift()
    if (chunk === undefined) return
    bytes -= chunk.bytes.length + CHUNK_BYTES
    samples -= chunk.count
    evictedSamples += chunk.count
    const kept = series.endsMs.findIndex((timeMs) => timeMs > chunk.endMs)
    const gone = series.endsMs.splice(0, kept === -1 ? series.endsMs.length : kept)
    bytes -= gone.length * END_BYTES
  }

  function remove(series: StoredSeries): void {
    byKey.delete(series.labels.key)
    index.remove(series)
    bytes -=
      sizeOf(series) + series.endsMs.length * END_BYTES + series.exemplars.length * EXEMPLAR_BYTES
    for (const chunk of series.chunks) {
      bytes -= chunk.bytes.length + CHUNK_BYTES
      samples -= chunk.count
      evictedSamples += chunk.count
    }
  }

  /** The chunk that takes the next sample. */
  function writable(series: StoredSeries): Chunk {
    const chunk = lastChunk(series)
    if (!isFull(chunk)) return chunk
    const short = seal(chunk)
    const fresh = createChunk()
    series.chunks.splice(-1, 1, short, fresh)
    sealed.put(series)
    bytes += short.bytes.length - chunk.bytes.length + fresh.bytes.length + CHUNK_BYTES
    return fresh
  }

  return {
    append(labels, timeMs, value) {
      const series = open(labels)
      if (series === undefined) return 'full'
      if (timeMs <= lastTimeMs(series)) return 'old'
      if (!makeRoom(GROWTH_BYTES)) return 'full'
      const chunk = writable(series)
      const before = chunk.bytes.length
      appendTo(chunk, timeMs, value)
      bytes += chunk.bytes.length - before
      samples++
      return undefined
    },
    end(labels, timeMs) {
      const series = byKey.get(labels.key)
      if (series === undefined || timeMs <= lastTimeMs(series) || !makeRoom(END_BYTES)) return
      series.endsMs.push(timeMs)
      bytes += END_BYTES
    },
    addExemplar(labels, exemplar, timeMs) {
      const series = byKey.get(labels.key)
      if (series === undefined || !makeRoom(EXEMPLAR_BYTES)) return
      const { exemplars } = series
      const last = exemplars.at(-1)
      const atMs = exemplar.timeMs ?? timeMs
      if (last !== undefined && (isSame(last, exemplar) || atMs < last.timeMs)) return
      exemplars.push({ labels: ownLabels(exemplar.labels), value: exemplar.value, timeMs: atMs })
      if (exemplars.length > limits.maxExemplars) exemplars.shift()
      else bytes += EXEMPLAR_BYTES
    },
    sweep(nowMs) {
      const oldestMs = nowMs - limits.retainMs
      for (let first = sealed.peek(); first !== undefined; first = sealed.peek()) {
        if ((first.chunks[0]?.endMs ?? oldestMs) > oldestMs) break
        evictFirst(first)
        sealed.take()
      }
      for (const series of byKey.values()) {
        const isOver = lastTimeMs(series) <= oldestMs
        // Its sealed chunks have left already, being older.
        if (isOver && series.chunks.length === 1) remove(series)
      }
    },
    *select(matchers, fromMs, toMs) {
      for (const series of index.find(matchers)) {
        const read = readSeries(series, fromMs, toMs)
        if (read !== undefined) yield read
      }
    },
    *series(matchers, fromMs, toMs) {
      for (const series of index.find(matchers))
        if (hasSamples(series, fromMs, toMs)) yield series.labels
    },
    *exemplars(matchers, fromMs, toMs) {
      for (const { labels, exemplars } of index.find(matchers)) {
        const within = exemplars.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
        if (within.length > 0) yield { labels, exemplars: within }
      }
    },
    describe(name, metadata) {
      const known = described.get(name)
      if (known === undefined ? described.size >= MAX_DESCRIBED : isSameWords(known, metadata))
        return
      // Not pieces of the scrape, which would keep all of it alive.
      const [ownName, own] = JSON.parse(JSON.stringify([name, metadata]))
      described.set(ownName, own)
    },
    metadata: () => described,
    stats: () => ({ series: byKey.size, samples, bytes, evictedSamples }),
  }
}

const isSameWords = (a: MetricMetadata, b: MetricMetadata): boolean =>
  a.type === b.type && a.help === b.help && a.unit === b.unit

/** A scrape repeats an exemplar until there is a newer one. */
const isSame = (last: StoredExemplar, next: ExposedExemplar): boolean =>
  last.value === next.value &&
  last.labels.key === next.labels.key &&
  (next.timeMs === undefined || next.timeMs === last.timeMs)
