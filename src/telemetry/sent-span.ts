import type { OtlpResourceSpans } from '../wire/otlp-span.ts'
import { microseconds } from '../wire/otlp-to-zipkin.ts'
import { formatOtlpAttributes, formatOtlpValue } from '../wire/otlp-value.ts'
import { FLAG_SAMPLED } from '../wire/traceparent.ts'
import type { HeldSpan, SentBy, SpanKind } from './span.ts'

const KINDS: readonly SpanKind[] = [
  'INTERNAL',
  'INTERNAL',
  'SERVER',
  'CLIENT',
  'PRODUCER',
  'CONSUMER',
]
const STATUS_ERROR = 2

/** One that our exporters take like our own. Its ids must be valid. */
export function createSentSpan(sent: SentBy): HeldSpan {
  const { span } = sent
  const startUs = microseconds(span.startTimeUnixNano)
  const attributes = span.attributes.flatMap(({ key, value }) => [key, formatOtlpValue(value)])
  return {
    context: {
      traceId: span.traceId,
      spanId: span.spanId,
      flags: FLAG_SAMPLED,
      traceState: span.traceState || undefined,
    },
    parentId: /^0*$/.test(span.parentSpanId) ? undefined : span.parentSpanId,
    name: span.name,
    kind: KINDS[span.kind] ?? 'INTERNAL',
    startUs,
    durationUs: Math.max(1, microseconds(span.endTimeUnixNano) - startUs),
    attributes,
    events: span.events.map(({ timeUnixNano, name, attributes: of }) => ({
      timeUs: microseconds(timeUnixNano),
      name: of.length === 0 ? name : `${name}: ${formatOtlpAttributes(of)}`,
    })),
    error: span.statusCode === STATUS_ERROR ? span.statusMessage : undefined,
    remoteService: undefined,
    sent,
    set(key, value) {
      span.attributes.push({ key, value })
      attributes.push(key, value)
    },
  }
}

/** As it would stand in a message by itself. */
export const toResourceSpans = ({
  resource,
  scopeName,
  scopeVersion,
  span,
}: SentBy): OtlpResourceSpans => ({
  attributes: [...resource],
  scopes: [{ scopeName, scopeVersion, spans: [span] }],
})
