import type { tracing } from '@opentelemetry/sdk-node'
import { FLAG_SAMPLED } from '../../wire/traceparent.ts'

/** Sends the spans that were recorded and not sampled: the sidecar holds them until it knows what becomes of their trace. */
export function holdUnsampled(to: tracing.SpanProcessor): tracing.SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd(span) {
      const context = span.spanContext()
      if ((context.traceFlags & FLAG_SAMPLED) !== 0) return
      // A batch takes only what says that it is sampled.
      const shown = { ...context, traceFlags: context.traceFlags | FLAG_SAMPLED }
      to.onEnd(Object.create(span, { spanContext: { value: () => shown } }))
    },
    forceFlush: () => to.forceFlush(),
    shutdown: () => to.shutdown(),
  }
}
