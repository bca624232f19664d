import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import { FLAG_SAMPLED } from '../wire/traceparent.ts'
import type { Incoming } from './propagator.ts'
import type { Decision, Sampler } from './sampler.ts'
import { Span, type SpanKind, type SpanRecord } from './span.ts'

export interface TracerOptions {
  readonly sampler: Sampler
  readonly ids: IdSource
  readonly clock: Clock
  /** Takes every sampled span when it has ended. Never throws, never waits. */
  readonly onEnd: (span: SpanRecord) => void
  /** Told of every span that is started, sampled or not. */
  readonly onStart: (decision: Decision) => void
}

export interface Tracer {
  /**
   * Continues the incoming trace, or starts one. The decision is made before any record is.
   * @returns `undefined` when tracing is off
   */
  start(incoming: Incoming, name: string, kind: SpanKind): Span | undefined
}

export function createTracer({ sampler, ids, clock, onEnd, onStart }: TracerOptions): Tracer {
  return {
    start({ parent, decided }, name, kind) {
      const traceId = parent === undefined ? ids.traceId() : parent.traceId
      const decision = sampler.decide(traceId, parent, decided)
      if (decision === undefined) return undefined
      onStart(decision)
      const flags = parent === undefined ? 0 : parent.flags
      return new Span(
        {
          traceId,
          spanId: ids.spanId(),
          flags: decision.sampled ? flags | FLAG_SAMPLED : flags & ~FLAG_SAMPLED,
          traceState: parent?.traceState,
        },
        parent?.spanId,
        name,
        kind,
        decision.sampled,
        clock,
        onEnd,
      )
    },
  }
}
