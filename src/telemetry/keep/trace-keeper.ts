import type { Clock } from '../../base/clock.ts'
import { attributes } from '../catalogue.ts'
import { createTokenBucket, type TokenBucket } from '../sampling/token-bucket.ts'
import type { HeldSpan } from '../span.ts'

/** `spec.tracing.sampling.keep`: what is worth keeping when it has ended. */
export interface KeepPolicy {
  readonly errors: boolean
  /** Lowest status that counts as an error. */
  readonly errorsFrom: number
  /** The head of the reply came later than this. Absent = slowness keeps nothing. */
  readonly slowerThanMs: number | undefined
  /** Traces a second that this sidecar may keep by its own verdict. */
  readonly perSecond: number
  /** How long an ended request waits for a verdict from further up or down. */
  readonly holdMs: number
  /** Bound of what waits. */
  readonly maxBytes: number
}

/** `error` and `slow` are our own verdicts, `peer` is that of a sidecar further up or down. */
export type KeepReason = 'error' | 'slow' | 'peer'

/** Why a trace that was worth keeping is not complete. */
export type KeepMiss = 'budget' | 'expired' | 'peer_off'

/** Another sidecar that took part in a trace, and must hear that it is kept. */
export interface KeepLink {
  /** Absent for a peer that keeps nothing. */
  readonly peer: { readonly origin: string; readonly key: string } | undefined
  /** It knows: by a header on the way, or since the word came from there. */
  told: boolean
}

export interface KeepMeter {
  kept(reason: KeepReason): void
  /** One span of a kept trace goes out. */
  exported(): void
  missed(reason: KeepMiss): void
  /** The ring was full: a trace had to go before its hold was over. */
  evicted(): void
  /** What waits now. */
  holds(spans: number, bytes: number): void
}

/**
 * The spans of recent unsampled requests, by trace id, until it is known whether they are worth keeping.
 * Bounded in bytes and in time.
 */
export interface TraceKeeper {
  /** `undefined` switches it off: what waits is forgotten. */
  apply(policy: KeepPolicy | undefined): void
  policy(): KeepPolicy | undefined
  /** A recorded, unsampled span of the trace begins; each is followed by one `end`. */
  begin(traceId: string): void
  /** Exports the span if its trace is kept, else holds it. Says whether it went out. */
  end(span: HeldSpan): boolean
  /** Adds a peer; told at once if the trace is kept already. */
  link(traceId: string, link: KeepLink): void
  /** Our own verdict, within the budget. Only the first counts. */
  keep(traceId: string, reason: 'error' | 'slow'): void
  /** The verdict of a peer, who has paid for it. */
  release(traceId: string): void
  isKept(traceId: string): boolean
}

export interface TraceKeeperOptions {
  readonly clock: Clock
  readonly export: (span: HeldSpan) => boolean
  /** Lets a peer know, soon: `link.told` may become true meanwhile. */
  readonly tell: (link: KeepLink, traceId: string) => void
  readonly meter: KeepMeter
}

interface Entry {
  /** Spans that have begun and not ended. */
  open: number
  readonly spans: HeldSpan[]
  bytes: number
  readonly links: KeepLink[]
  kept: KeepReason | undefined
  /** The budget was spent when it was asked for. */
  refused: boolean
  /** Monotonic; counts when no span is open. */
  expiresMs: number
}

const SECOND_MS = 1_000
/** Entries that are kept for the next request. */
const MAX_POOL = 1_024

export function createTraceKeeper(options: TraceKeeperOptions): TraceKeeper {
  const { clock, meter } = options
  let policy: KeepPolicy | undefined
  let budget: TokenBucket = createTokenBucket(1, SECOND_MS)
  /** In the order of their last end, the oldest first. */
  const entries = new Map<string, Entry>()
  const pool: Entry[] = []
  let spans = 0
  let bytes = 0
  let cancelSweep: (() => void) | undefined

  const sweepLater = (): void => {
    if (cancelSweep !== undefined || policy === undefined) return
    cancelSweep = clock.after(policy.holdMs / 4, () => {
      cancelSweep = undefined
      sweep()
      if (entries.size > 0) sweepLater()
    })
  }
  const sweep = (): void => {
    const nowMs = clock.elapsedMs()
    for (const [traceId, entry] of entries) {
      if (entry.open > 0) continue
      if (entry.expiresMs > nowMs) break
      forget(traceId, entry)
    }
    meter.holds(spans, bytes)
  }
  const forget = (traceId: string, entry: Entry): void => {
    entries.delete(traceId)
    drain(entry)
    entry.links.length = 0
    if (pool.length < MAX_POOL) pool.push(entry)
  }
  const drain = (entry: Entry): void => {
    spans -= entry.spans.length
    bytes -= entry.bytes
    entry.spans.length = 0
    entry.bytes = 0
  }
  /** The oldest go first; what is still open has nothing to give. */
  const makeRoom = (maxBytes: number): void => {
    for (const [traceId, entry] of entries) {
      if (bytes <= maxBytes) return
      if (entry.open > 0) continue
      if (entry.spans.length > 0) meter.evicted()
      forget(traceId, entry)
    }
  }
  const createEntry = (): Entry => {
    const entry = pool.pop()
    if (entry === undefined)
      return {
        open: 0,
        spans: [],
        bytes: 0,
        links: [],
        kept: undefined,
        refused: false,
        expiresMs: 0,
      }
    entry.open = 0
    entry.kept = undefined
    entry.refused = false
    return entry
  }
  const exportSpan = (span: HeldSpan, reason: KeepReason): boolean => {
    span.set(attributes.samplingRule, `keep:${reason}`)
    meter.exported()
    return options.export(span)
  }
  const tell = (link: KeepLink, traceId: string): void => {
    if (link.told) return
    if (link.peer === undefined) meter.missed('peer_off')
    else options.tell(link, traceId)
  }
  const keepEntry = (traceId: string, entry: Entry, reason: KeepReason): void => {
    entry.kept = reason
    meter.kept(reason)
    for (const span of entry.spans) exportSpan(span, reason)
    drain(entry)
    for (const link of entry.links) tell(link, traceId)
  }

  return {
    policy: () => policy,
    apply(next) {
      if (next?.perSecond !== policy?.perSecond)
        budget = createTokenBucket(next?.perSecond ?? 1, SECOND_MS)
      policy = next
      if (next === undefined) for (const [traceId, entry] of entries) forget(traceId, entry)
      else makeRoom(next.maxBytes)
      meter.holds(spans, bytes)
    },
    begin(traceId) {
      let entry = entries.get(traceId)
      if (entry === undefined) {
        entry = createEntry()
        entries.set(traceId, entry)
        sweepLater()
      }
      entry.open++
    },
    end(span) {
      const { traceId } = span.context
      const entry = entries.get(traceId)
      // Switched off meanwhile.
      if (entry === undefined || policy === undefined) return false
      let isOut = false
      if (entry.kept !== undefined) isOut = exportSpan(span, entry.kept)
      else {
        const size = sizeOf(span)
        entry.spans.push(span)
        entry.bytes += size
        spans++
        bytes += size
      }
      if (--entry.open > 0) return isOut
      entry.expiresMs = clock.elapsedMs() + policy.holdMs
      entries.delete(traceId)
      entries.set(traceId, entry)
      if (bytes > policy.maxBytes) makeRoom(policy.maxBytes)
      return isOut
    },
    link(traceId, link) {
      const entry = entries.get(traceId)
      if (entry === undefined) return
      entry.links.push(link)
      if (entry.kept !== undefined) tell(link, traceId)
    },
    keep(traceId, reason) {
      const entry = entries.get(traceId)
      if (entry === undefined || entry.kept !== undefined || entry.refused) return
      if (budget.take(clock.elapsedMs())) return keepEntry(traceId, entry, reason)
      entry.refused = true
      meter.missed('budget')
    },
    release(traceId) {
      const entry = entries.get(traceId)
      if (entry === undefined) meter.missed('expired')
      else if (entry.kept === undefined) keepEntry(traceId, entry, 'peer')
    },
    isKept: (traceId) => entries.get(traceId)?.kept !== undefined,
  }
}

/** Of a span record with its ids, besides its texts; measured on Node 20. */
const SPAN_BYTES = 640
const TEXT_BYTES = 24

/** An estimate of what a span holds in memory, so that a bound in bytes can be kept without asking the engine. */
function sizeOf(span: HeldSpan): number {
  let size = SPAN_BYTES + span.name.length
  for (const text of span.attributes) size += TEXT_BYTES + text.length
  for (const { name, attributes = {} } of span.events) {
    size += TEXT_BYTES + name.length
    for (const [key, value] of Object.entries(attributes))
      size += TEXT_BYTES + key.length + String(value).length
  }
  return size
}
