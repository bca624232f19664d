import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import { FLAG_SAMPLED } from '../wire/traceparent.ts'
import type { Incoming } from './propagator.ts'
import type { Operation } from './sampling/operation.ts'
import type { Decision } from './sampling/policy.ts'
import type { Sampler } from './sampling/sampler.ts'
import { Span, type SpanKind } from './span.ts'

export interface TracerOptions {
  readonly sampler: Sampler
  readonly ids: IdSource
  readonly clock: Clock
  /** Takes every recorded span when it has ended. Never throws, never waits. */
  readonly onEnd: (span: Span) => void
  /** Told of every span that is started, sampled or not. */
  readonly onStart: (decision: Decision) => void
}

export interface SpanStart {
  readonly incoming: Incoming
  readonly name: string
  readonly kind: SpanKind
  /** What rules may ask for: names and values in turn. */
  readonly headers: readonly string[]
  /** A sidecar of the same trace has decided whether a header may force it. */
  readonly isFromPeer: boolean
  /** Filled in only if `readsOperation`. */
  readonly operation: Operation
}

export interface Tracer {
  /** Whether the sampler asks for the operation of a start. */
  readsOperation(): boolean
  /**
   * Continues the incoming trace, or starts one. The decision is made before any record is.
   * @returns `undefined` when the request is not traced
   */
  start(start: SpanStart): Span | undefined
}

export function createTracer({ sampler, ids, clock, onEnd, onStart }: TracerOptions): Tracer {
  return {
    readsOperation: sampler.readsOperation,
    start({ incoming, name, kind, headers, isFromPeer, operation }) {
      const { parent } = incoming
      const traceId = parent === undefined ? ids.traceId() : parent.traceId
      const request = { traceId, incoming, headers, isFromPeer, operation }
      const decision = sampler.decide(request)
      if (decision === undefined) return undefined
      onStart(decision)
      const flags = parent === undefined ? 0 : parent.flags
      return new Span(
        {
          traceId,
          spanId: ids.spanId(),
          flags: decision.sampled ? flags | FLAG_SAMPLED : flags & ~FLAG_SAMPLED,
          traceState: sampler.traceState(request, decision),
        },
        parent?.spanId,
        name,
        kind,
        decision,
        decision.sampled || sampler.keeps(),
        clock,
        onEnd,
      )
    },
  }
}
