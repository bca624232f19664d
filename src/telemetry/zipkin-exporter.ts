import { SIDECAR_SCOPE } from '../wire/instrumentation-scope.ts'
import { otlpToZipkin } from '../wire/otlp-to-zipkin.ts'
import { encodeZipkinSpans } from '../wire/zipkin-json.ts'
import type { ZipkinKind, ZipkinSpan } from '../wire/zipkin-span.ts'
import type { Exporter, ExportOutcome } from './exporter.ts'
import { toResourceSpans } from './sent-span.ts'
import type { SpanRecord } from './span.ts'

/** An untraced POST, handed in so that exporting never makes spans of its own. Rejects when nobody answers. */
export type Send = (
  url: string,
  contentType: string,
  body: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly retryAfterMs?: number }>

/** Codes by which a receiver says "later"; every other one but 2xx is final. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Who records spans: OpenTelemetry's resource. */
export interface ZipkinResource {
  /** The app id, or `OTEL_SERVICE_NAME`. */
  readonly serviceName: string
  /** `OTEL_RESOURCE_ATTRIBUTES`; they become tags, as those of the Go exporter do. */
  readonly attributes?: Readonly<Record<string, string>>
}

export function createZipkinExporter(
  url: string,
  resource: ZipkinResource,
  send: Send,
  describe: (error: unknown) => string,
): Exporter {
  return {
    async export(spans, signal): Promise<ExportOutcome> {
      const body = encodeZipkinSpans(spans.flatMap((span) => zipkinSpans(span, resource)))
      try {
        const { status, retryAfterMs } = await send(url, 'application/json', body, signal)
        if (status >= 200 && status < 300) return { kind: 'exported' }
        const reason = `the receiver answered ${status}`
        if (!RETRYABLE.has(status)) return { kind: 'refused', reason }
        return { kind: 'failed', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
      } catch (error) {
        return { kind: 'failed', reason: describe(error) }
      }
    },
  }
}

const zipkinSpans = (span: SpanRecord, resource: ZipkinResource): readonly ZipkinSpan[] =>
  span.sent === undefined
    ? [toZipkinSpan(span, resource)]
    : otlpToZipkin([toResourceSpans(span.sent)]).spans

/**
 * As the Go exporter maps it: names in lower case, attributes and resource as tags, the status as
 * `otel.status_code` and `error`.
 *
 * @see opentelemetry-go `exporters/zipkin/model.go`
 */
export function toZipkinSpan(span: SpanRecord, resource: ZipkinResource): ZipkinSpan {
  const { serviceName, attributes } = resource
  const tags: Record<string, string> = {}
  for (let i = 0; i < span.attributes.length; i += 2)
    tags[span.attributes[i] as string] = span.attributes[i + 1] as string
  Object.assign(tags, attributes)
  tags['otel.scope.name'] = SIDECAR_SCOPE
  tags['service.name'] = serviceName
  if (span.error !== undefined) {
    tags['otel.status_code'] = 'ERROR'
    tags.error = span.error
  }
  const kind = zipkinKind(span.kind)
  return {
    traceId: span.context.traceId,
    ...(span.parentId === undefined ? {} : { parentId: span.parentId }),
    id: span.context.spanId,
    ...(kind === undefined ? {} : { kind }),
    name: span.name.toLowerCase(),
    timestamp: span.startUs,
    duration: span.durationUs,
    localEndpoint: { serviceName },
    ...(span.remoteService === undefined
      ? {}
      : { remoteEndpoint: { serviceName: span.remoteService } }),
    ...(span.events.length === 0 ? {} : { annotations: span.events.map(toAnnotation) }),
    tags,
  }
}

/** As an OTLP event reads in Zipkin's form, so that the same span by either protocol reads the same. */
const toAnnotation = ({ timeUs, name, attributes }: SpanRecord['events'][number]) => ({
  timestamp: timeUs,
  value: attributes === undefined ? name : `${name}: ${JSON.stringify(attributes)}`,
})

const zipkinKind = (kind: SpanRecord['kind']): ZipkinKind | undefined =>
  kind === 'INTERNAL' ? undefined : kind
