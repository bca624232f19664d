import type { SpanContext } from '@opentelemetry/api'
import { Histogram, type Registry } from 'prom-client'

const NAME = 'http_server_request_duration_seconds'
const LABELS = ['http_request_method', 'http_route', 'http_response_status_code'] as const
/** @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** What is none of these is `_OTHER`: a method is the client's text. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'],
])
const FLAG_SAMPLED = 1

export interface SidelightOptions {
  /** Gets `http_server_request_duration_seconds`. Its pages have exemplars when they are OpenMetrics. Absent = no metric. */
  readonly registry?: Registry
  /** Upper bounds in seconds, ascending. Default: those of OpenTelemetry's conventions. */
  readonly buckets?: readonly number[]
}

export interface Durations {
  observe(
    request: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
    seen: SpanContext | undefined,
  ): void
}

export function createDurations({ registry, buckets }: SidelightOptions): Durations | undefined {
  if (registry === undefined) return undefined
  // The middleware may stand in more than one place of an app.
  const known = registry.getSingleMetric(NAME)
  if (known !== undefined && !(known instanceof Histogram))
    throw new Error(`the registry has a ${NAME} that is no histogram`)
  const histogram = (known ??
    new Histogram({
      name: NAME,
      help: 'Duration of HTTP server requests.',
      labelNames: LABELS,
      buckets: [...(buckets ?? BUCKETS)],
      enableExemplars: true,
      registers: [registry],
    })) as Histogram
  return {
    observe({ method, route, status }, seconds, seen) {
      histogram.observe({
        labels: {
          http_request_method: METHODS.has(method) ? method : '_OTHER',
          http_route: route,
          http_response_status_code: String(status),
        },
        value: seconds,
        // Whoever follows an exemplar wants to find the trace.
        ...(seen !== undefined && (seen.traceFlags & FLAG_SAMPLED) !== 0
          ? { exemplarLabels: { trace_id: seen.traceId, span_id: seen.spanId } }
          : {}),
      })
    },
  }
}
