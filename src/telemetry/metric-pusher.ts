import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { MetricFamily } from '../wire/metric-family.ts'
import { pushMetrics } from './catalogue.ts'
import type { MetricsRegistry } from './metrics.ts'

/** What became of a push. */
export type PushOutcome =
  | {
      readonly kind: 'pushed'
      /** Absent = all of them. */
      readonly rejected?: { readonly points: number; readonly reason: string }
    }
  /** Some or all of it was not taken. Nothing is lost: counts are cumulative, and the next push holds them. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }

/** Sends metrics out of the sidecar. */
export interface MetricExporter {
  /** Never rejects. Gives up, as `failed`, when `signal` fires. */
  push(families: readonly MetricFamily[], nowUs: number, signal: AbortSignal): Promise<PushOutcome>
}

export interface MetricPusherOptions {
  readonly registry: MetricsRegistry
  readonly exporter: MetricExporter
  /** From the begin of one push to that of the next. */
  readonly intervalMs: number
  /** Of one push. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly log: Logger
}

export interface MetricPusher {
  /** Pushes once more, for at most `deadlineMs`, and never again. */
  shutdown(deadlineMs: number): Promise<void>
}

/** Pushes what a scraper would get, one push at a time. No request knows of it. */
export function createMetricPusher(options: MetricPusherOptions): MetricPusher {
  const { registry, exporter, intervalMs, clock, log } = options
  const pushes = registry.counter(pushMetrics.pushes)
  const pushed = pushes.with({ result: 'pushed' })
  const failed = pushes.with({ result: 'failed' })
  const rejectedPoints = registry.counter(pushMetrics.rejectedPoints).with({})
  let failures = 0
  let rejectionLogged = false
  let closed = false
  let cancelNext: () => void = () => undefined
  let flight: { readonly abort: AbortController; readonly landed: Promise<void> } | undefined

  const land = (outcome: PushOutcome): void => {
    if (outcome.kind === 'failed') {
      failed.inc()
      // Once, not once a push: the counter tells the rest.
      if (++failures === 1) log.warning('metrics are not pushed', { reason: outcome.reason })
      return
    }
    pushed.inc()
    if (failures > 0) log.info('metrics are pushed again', { failures })
    failures = 0
    if (outcome.rejected === undefined) return
    const { points, reason } = outcome.rejected
    rejectedPoints.inc(points)
    if (!rejectionLogged) log.warning('the receiver rejected metrics', { points, reason })
    rejectionLogged = true
  }
  const push = async (timeoutMs: number, abort: AbortController): Promise<PushOutcome> => {
    const cancel = clock.after(timeoutMs, () => abort.abort())
    const outcome = await exporter.push(await registry.families(), clock.nowUs(), abort.signal)
    cancel()
    return outcome
  }
  const pushAndPlan = async (abort: AbortController): Promise<void> => {
    const startMs = clock.elapsedMs()
    const outcome = await push(options.timeoutMs, abort)
    flight = undefined
    if (closed) return
    land(outcome)
    const tookMs = clock.elapsedMs() - startMs
    const askedMs = outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0
    plan(Math.max(intervalMs - tookMs, askedMs, 0))
  }
  const plan = (delayMs: number): void => {
    cancelNext = clock.after(delayMs, () => {
      const abort = new AbortController()
      flight = { abort, landed: pushAndPlan(abort) }
    })
  }
  plan(intervalMs)

  return {
    async shutdown(deadlineMs) {
      closed = true
      cancelNext()
      // What it holds is in the last one, too.
      flight?.abort.abort()
      await flight?.landed
      land(await push(Math.min(deadlineMs, options.timeoutMs), new AbortController()))
    },
  }
}
