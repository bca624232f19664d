import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Exporter, ExporterName, ExportOutcome } from './exporter.ts'
import type { SpanRecord } from './span.ts'

/** The batch processor's settings, by OpenTelemetry's names (`OTEL_BSP_*`). */
export interface BatchSettings {
  readonly scheduleDelayMs: number
  readonly exportTimeoutMs: number
  /** Spans that wait; a span that finds the queue full is dropped and counted. */
  readonly maxQueueSize: number
  readonly maxExportBatchSize: number
}

export type DropReason = 'queue_full' | 'refused' | 'removed' | 'shutdown'

/** Where the processor counts. */
export interface BatchMeter {
  exported(spans: number): void
  dropped(reason: DropReason, spans: number): void
  /** Whether the last export succeeded, or why not. */
  up(isUp: boolean, reason?: string): void
}

export interface BatchProcessorOptions {
  readonly name: ExporterName
  readonly settings: BatchSettings
  readonly clock: Clock
  readonly log: Logger
  readonly meter: BatchMeter
}

export interface BatchProcessor {
  /** Never throws and never waits: a full queue drops the span, counts it, and says `false`. */
  add(span: SpanRecord): boolean
  /**
   * Swaps the exporter. Unsent spans go to the new one; batches in flight get 5 s, then they go there too.
   * `undefined` takes the exporter away: what is still unsent after 5 s is dropped and counted as `removed`.
   */
  replace(exporter: Exporter | undefined): void
  /** Sends what waits, for at most `deadlineMs`; what is left is dropped and counted as `shutdown`. */
  shutdown(deadlineMs: number): Promise<void>
}

/** How long a batch may still be on its way to an exporter that has been replaced. */
const GRACE_MS = 5_000
const FIRST_BACKOFF_MS = 250
const MAX_BACKOFF_MS = 30_000

interface Flight {
  readonly exporter: Exporter
  readonly batch: readonly SpanRecord[]
  readonly abort: AbortController
}

export function createBatchProcessor(options: BatchProcessorOptions): BatchProcessor {
  const { name, settings, clock, log, meter } = options
  let queue: SpanRecord[] = []
  let exporter: Exporter | undefined
  let failures = 0
  let rejectionLogged = false
  let backingOff = false
  let closed = false
  let swaps = 0
  /** The grace of a removal is over: what comes back from the old exporter has nowhere to go. */
  let removed = false
  let idle: (() => void) | undefined
  let cancelTimer: (() => void) | undefined
  const flights = new Set<Flight>()

  const busy = (): boolean => [...flights].some((flight) => flight.exporter === exporter)

  const sleep = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    backingOff = false
  }
  const wake = (delayMs: number): void => {
    cancelTimer?.()
    cancelTimer = clock.after(delayMs, () => {
      cancelTimer = undefined
      backingOff = false
      send()
    })
  }
  /** Plans the next send: at once for a full batch or while closing, else after the delay. */
  const plan = (): void => {
    if (queue.length === 0) {
      if (flights.size === 0) idle?.()
      return
    }
    // The hot path: a send is planned already, and this span changes nothing about it.
    if (cancelTimer !== undefined && queue.length < settings.maxExportBatchSize) return
    if (exporter === undefined || backingOff || busy()) return
    if (closed || queue.length >= settings.maxExportBatchSize) wake(0)
    else wake(settings.scheduleDelayMs)
  }
  const send = (): void => {
    if (exporter === undefined || queue.length === 0 || busy()) return
    const batch = queue.slice(0, settings.maxExportBatchSize)
    queue = queue.slice(batch.length)
    const flight: Flight = { exporter, batch, abort: new AbortController() }
    flights.add(flight)
    const cancelTimeout = clock.after(settings.exportTimeoutMs, () => flight.abort.abort())
    void flight.exporter.export(batch, flight.abort.signal).then((outcome) => {
      cancelTimeout()
      // Gone already: shutdown has counted it as dropped.
      if (!flights.delete(flight)) return
      land(flight, outcome)
    })
  }
  const land = (flight: Flight, outcome: ExportOutcome): void => {
    const current = flight.exporter === exporter
    if (outcome.kind === 'exported') {
      const rejected = outcome.rejected?.spans ?? 0
      meter.exported(flight.batch.length - rejected)
      if (current) recovered()
      if (outcome.rejected !== undefined) reject(outcome.rejected)
      plan()
      return
    }
    if (current) failed(outcome.reason)
    if (outcome.kind === 'refused') {
      meter.dropped('refused', flight.batch.length)
      plan()
      return
    }
    // Back to the head, so that order is kept. May exceed the queue's bound by this one batch.
    queue = [...flight.batch, ...queue]
    if (!current) {
      if (removed) drop('removed')
      plan()
      return
    }
    backingOff = true
    wake(backoffMs(outcome.retryAfterMs))
  }
  /** What the receiver asks for, yet never a pause so short that it hammers it. */
  const backoffMs = (askedMs: number | undefined): number =>
    askedMs === undefined
      ? Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
      : Math.max(askedMs, FIRST_BACKOFF_MS)
  /** The receiver took the others: it is well, and some of our spans are not. */
  const reject = ({ spans, reason }: { spans: number; reason: string }): void => {
    meter.dropped('refused', spans)
    if (!rejectionLogged)
      log.warning(`exporter ${name}: the receiver rejected spans`, { spans, reason })
    rejectionLogged = true
  }
  const recovered = (): void => {
    if (failures > 0) log.info(`exporter ${name} takes spans again`, { failures })
    failures = 0
    meter.up(true)
  }
  const failed = (reason: string): void => {
    failures++
    meter.up(false, reason)
    // Once, not once a batch: the counters tell the rest.
    if (failures === 1)
      log.warning(`exporter ${name} does not take spans; they wait in the queue`, { reason })
  }
  const drop = (reason: DropReason): void => {
    if (queue.length > 0) meter.dropped(reason, queue.length)
    queue = []
  }

  return {
    add(span) {
      if (closed || (exporter === undefined && flights.size === 0)) {
        meter.dropped(closed ? 'shutdown' : 'removed', 1)
        return false
      }
      if (queue.length >= settings.maxQueueSize) {
        meter.dropped('queue_full', 1)
        return false
      }
      queue.push(span)
      plan()
      return true
    },
    replace(next) {
      const leaving = [...flights]
      const swap = ++swaps
      clock.after(GRACE_MS, () => {
        for (const flight of leaving) flight.abort.abort()
        if (exporter !== undefined || swap !== swaps) return
        removed = true
        drop('removed')
      })
      exporter = next
      removed = false
      failures = 0
      sleep()
      if (next !== undefined && queue.length > 0) wake(0)
    },
    async shutdown(deadlineMs) {
      closed = true
      const emptied = new Promise<void>((resolve) => {
        idle = resolve
      })
      const expired = new Promise<void>((resolve) => {
        clock.after(deadlineMs, resolve)
      })
      if (exporter === undefined) drop('removed')
      sleep()
      plan()
      await Promise.race([emptied, expired])
      sleep()
      for (const flight of flights) {
        meter.dropped('shutdown', flight.batch.length)
        flight.abort.abort()
      }
      exporter = undefined
      flights.clear()
      drop('shutdown')
    },
  }
}
