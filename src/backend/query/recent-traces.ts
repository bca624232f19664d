import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import type { TraceStore } from '../store/contract.ts'
import { traceTimeUs } from './trace-query.ts'

export interface RecentTraces {
  /** What was looked at, epoch µs: from the oldest trace, if there were more, to the end of the window. */
  readonly fromUs: number
  readonly isCapped: boolean
}

export interface RecentTracesOptions {
  readonly endUs: number
  readonly lookbackMs: number
  readonly maxTraces: number
  /** The asker is gone. */
  readonly isGone: () => boolean
}

/** Slices of the window, each searched by itself: the store never sorts more than one holds. */
const SLICES = 60
const MIN_SLICE_MS = 1_000
/** Read without a pause: ingest waits as long. */
const PAGE = 100

/**
 * Hands over the traces of a window, newest first, until there are too many. Requests are served between two
 * pages.
 */
export async function recentTraces(
  store: Pick<TraceStore, 'search'>,
  take: (spans: readonly ZipkinSpan[]) => void,
  { endUs, lookbackMs, maxTraces, isGone }: RecentTracesOptions,
): Promise<RecentTraces> {
  const endMs = Math.ceil(endUs / 1_000)
  const beginMs = endMs - lookbackMs
  const sliceMs = Math.max(MIN_SLICE_MS, Math.ceil(lookbackMs / SLICES))
  // Pages and slices end with whole milliseconds, which they share with the next ones.
  const seen = new Set<string>()
  let oldestUs = endUs
  for (let toMs = endMs; toMs > beginMs && !isGone(); toMs -= sliceMs) {
    const fromMs = Math.max(beginMs, toMs - sliceMs)
    let untilMs = toMs
    let limit = PAGE
    while (untilMs >= fromMs && !isGone()) {
      const traces = await store.search({
        serviceName: undefined,
        remoteServiceName: undefined,
        spanName: undefined,
        annotations: new Map(),
        minDurationUs: undefined,
        maxDurationUs: undefined,
        endTsMs: untilMs,
        lookbackMs: untilMs - fromMs,
        limit,
      })
      const fresh = traces.filter(([first]) => first !== undefined && !seen.has(first.traceId))
      for (const spans of fresh) {
        if (seen.size === maxTraces) return { fromUs: oldestUs, isCapped: true }
        seen.add((spans[0] as ZipkinSpan).traceId)
        take(spans)
        oldestUs = Math.min(oldestUs, traceTimeUs(spans))
      }
      await nextTurn()
      if (traces.length < limit) break
      // All of a page may lie in one millisecond: then a larger page gets past it.
      if (fresh.length === 0) limit *= 2
      untilMs = Math.ceil(Math.min(...traces.map(traceTimeUs)) / 1_000)
    }
  }
  return { fromUs: beginMs * 1_000, isCapped: false }
}
