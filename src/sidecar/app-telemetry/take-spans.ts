import {
  appTelemetryMetrics,
  createSentSpan,
  type HeldSpan,
  type KeepPolicy,
  type MetricsRegistry,
  type SpanRecord,
  type TraceKeeper,
} from '../../telemetry/index.ts'
import type { OtlpPartialSuccess } from '../../wire/otlp-response.ts'
import type { OtlpAttribute, OtlpResourceSpans, OtlpSpan } from '../../wire/otlp-span.ts'
import { otlpSpanProblem } from '../../wire/otlp-to-zipkin.ts'

/**
 * Takes the spans that the app has recorded itself. Sampled ones wait in the queues of our exporters; those of unsampled
 * requests wait for the verdict on their trace, and have a say in it.
 */
export type TakeSpans = (
  resources: readonly OtlpResourceSpans[],
  options: { readonly areHeld: boolean },
) => OtlpPartialSuccess | undefined

export function createTakeSpans(parts: {
  readonly serviceName: string
  readonly add: (span: SpanRecord) => boolean
  readonly keeper: Pick<TraceKeeper, 'begin' | 'end' | 'keep' | 'policy'>
  readonly registry: Pick<MetricsRegistry, 'counter'>
}): TakeSpans {
  const { serviceName, add, keeper, registry } = parts
  const spans = registry.counter(appTelemetryMetrics.spans)
  const queued = spans.with({ outcome: 'queued' })
  const held = spans.with({ outcome: 'held' })
  const dropped = spans.with({ outcome: 'dropped' })

  /** @returns why it was not taken */
  const takeSampled = (span: HeldSpan): string | undefined => {
    if (!add(span)) return 'no exporter takes spans now: none is configured, or its queue is full'
    queued.inc()
    return undefined
  }
  const takeHeld = (span: HeldSpan): string | undefined => {
    const policy = keeper.policy()
    if (policy === undefined) return 'unsampled spans are kept no more'
    const { traceId } = span.context
    keeper.begin(traceId)
    keeper.end(span)
    held.inc()
    const verdict = verdictOf(policy, span)
    if (verdict !== undefined) keeper.keep(traceId, verdict)
    return undefined
  }

  return (resources, { areHeld }) => {
    let rejectedSpans = 0
    let errorMessage = ''
    const take = areHeld ? takeHeld : takeSampled
    for (const { attributes, scopes } of resources) {
      const resource = named(attributes, serviceName)
      for (const { scopeName, scopeVersion, spans: sent } of scopes)
        for (const span of sent) {
          const problem =
            otlpSpanProblem(span) ??
            take(createSentSpan({ resource, scopeName, scopeVersion, span }))
          if (problem === undefined) continue
          dropped.inc()
          rejectedSpans++
          errorMessage ||= problem
        }
    }
    return rejectedSpans === 0 ? undefined : { rejectedSpans, errorMessage }
  }
}

const SERVICE_NAME = 'service.name'

/** An app that does not say who it is is the one that this sidecar stands beside. */
function named(
  attributes: readonly OtlpAttribute[],
  serviceName: string,
): readonly OtlpAttribute[] {
  const said = attributes.find(({ key }) => key === SERVICE_NAME)?.value
  if (typeof said === 'string' && said !== '' && !said.startsWith('unknown_service'))
    return attributes
  return [
    ...attributes.filter(({ key }) => key !== SERVICE_NAME),
    { key: SERVICE_NAME, value: serviceName },
  ]
}

/** Of a request that the app has served: the calls that it makes itself are judged by whoever serves them. */
function verdictOf(policy: KeepPolicy, span: HeldSpan): 'error' | 'slow' | undefined {
  if (span.kind !== 'SERVER') return undefined
  if (policy.errors && (span.error !== undefined || statusOf(span.sent?.span) >= policy.errorsFrom))
    return 'error'
  const { slowerThanMs } = policy
  return slowerThanMs !== undefined && span.durationUs > slowerThanMs * 1_000 ? 'slow' : undefined
}

const statusOf = (span: OtlpSpan | undefined): number =>
  Number(span?.attributes.find(({ key }) => key === 'http.response.status_code')?.value ?? 0)
