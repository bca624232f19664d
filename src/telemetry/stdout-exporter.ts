import type { Logger } from '../base/logger.ts'
import type { Exporter } from './exporter.ts'

/** One Info line a span, as daprd's `tracing.stdout` writes it; attributes and status stay out. */
export const createStdoutExporter = (log: Logger): Exporter => {
  const spanLog = log.child({ scope: 'dapr.runtime.trace' })
  return {
    async export(spans) {
      for (const span of spans)
        spanLog.info('span', {
          name: span.name,
          trace_id: span.context.traceId,
          parent_id: span.parentId,
          span_id: span.context.spanId,
          start: new Date(span.startUs / 1000).toISOString(),
          duration_us: span.durationUs,
          events: span.events.length === 0 ? undefined : span.events.map((e) => e.name).join(','),
        })
      return { kind: 'exported' }
    },
  }
}
