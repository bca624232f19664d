import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import { FLAG_SAMPLED } from '../wire/traceparent.ts'
import type { Decision } from './sampling/policy.ts'
import type { Sampler, SamplingRequest } from './sampling/sampler.ts'
import { Span, type SpanKind } from './span.ts'

export interface TracerOptions {
  readonly sampler: Sampler
  readonly ids: IdSource
  readonly clock: Clock
  /** Takes every recorded span when it has ended, and says whether it goes out. Never throws, never waits. */
  readonly onEnd: (span: Span) => boolean
  /** Told of every decision. */
  readonly onStart: (decision: Decision) => void
  /** Told of every span that is recorded, when it begins; `onEnd` follows. */
  readonly onRecord: (span: Span) => void
}

export interface SpanStart extends SamplingRequest {
  readonly name: string
  readonly kind: SpanKind
}

export interface Tracer {
  /** Whether the sampler asks for the operation of a start; else it need not be filled in. */
  readsOperation(): boolean
  /**
   * Continues the incoming trace, or starts one. The decision is made before any record is. `start` is not kept.
   * @returns `undefined` when the request is not traced
   */
  start(start: SpanStart): Span | undefined
  /**
   * A span below one of ours, by the same decision. `undefined` when the parent is not recorded: what nobody sees
   * costs nothing.
   */
  child(parent: Span | undefined, name: string, kind: SpanKind): Span | undefined
}

export function createTracer(options: TracerOptions): Tracer {
  const { sampler, ids, clock, onEnd, onStart, onRecord } = options
  return {
    readsOperation: sampler.readsOperation,
    start(start) {
      const { parent } = start.incoming
      const traceId = parent === undefined ? ids.traceId() : parent.traceId
      const decision = sampler.decide(traceId, start)
      if (decision === undefined) return undefined
      onStart(decision)
      const flags = parent === undefined ? 0 : parent.flags
      const span = new Span(
        {
          traceId,
          spanId: ids.spanId(),
          flags: decision.sampled ? flags | FLAG_SAMPLED : flags & ~FLAG_SAMPLED,
          traceState: sampler.traceState(traceId, start, decision),
        },
        parent?.spanId,
        start.name,
        start.kind,
        decision,
        decision.sampled || sampler.keeps(),
        clock,
        onEnd,
      )
      if (span.recorded) onRecord(span)
      return span
    },
    child(parent, name, kind) {
      if (parent === undefined || !parent.recorded) return undefined
      const { context, decision } = parent
      const span = new Span(
        { ...context, spanId: ids.spanId() },
        context.spanId,
        name,
        kind,
        decision,
        true,
        clock,
        onEnd,
      )
      onRecord(span)
      return span
    },
  }
}
