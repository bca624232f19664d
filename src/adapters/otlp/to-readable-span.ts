import type { SpanKind, SpanRecord } from '../../telemetry/index.ts'
import { SIDECAR_SCOPE } from '../../wire/instrumentation-scope.ts'
import { PEER_SERVICE } from '../../wire/otlp-remote-endpoint.ts'
import type { ReadableSpan } from './otlp-client.ts'
import { toHrTime, type toResource } from './otlp-values.ts'
import { sentToReadable } from './sent-to-readable.ts'

/** The API's numbers: one less than OTLP's. */
const KINDS: Readonly<Record<SpanKind, ReadableSpan['kind']>> = {
  INTERNAL: 0,
  SERVER: 1,
  CLIENT: 2,
  PRODUCER: 3,
  CONSUMER: 4,
}
const UNSET = 0
const ERROR = 2
const SCOPE = { name: SIDECAR_SCOPE }

type Context = ReturnType<ReadableSpan['spanContext']>

/** A span of ours, or one that an app has sent, as OpenTelemetry's. */
export function toReadableSpan(
  span: SpanRecord,
  resource: ReturnType<typeof toResource>,
): ReadableSpan {
  const plain = recordedSpan(span, resource)
  return span.sent === undefined ? plain : sentToReadable(span.sent, plain)
}

function recordedSpan(span: SpanRecord, resource: ReturnType<typeof toResource>): ReadableSpan {
  const context = contextOf(span)
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(span.parentId === undefined
      ? {}
      : {
          parentSpanContext: {
            traceId: context.traceId,
            spanId: span.parentId,
            traceFlags: context.traceFlags,
          },
        }),
    startTime: toHrTime(span.startUs),
    endTime: toHrTime(span.startUs + span.durationUs),
    duration: toHrTime(span.durationUs),
    status: span.error === undefined ? { code: UNSET } : { code: ERROR, message: span.error },
    attributes: attributesOf(span),
    events: span.events.map(toEvent),
    links: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function contextOf({ context }: SpanRecord): Context {
  const { traceId, spanId, flags, traceState } = context
  return {
    traceId,
    spanId,
    traceFlags: flags,
    ...(traceState === undefined ? {} : { traceState: traceStateOf(traceState) }),
  }
}

/** The line as it stands: reading it apart and together again would lose what the API has no room for. */
function traceStateOf(line: string): NonNullable<Context['traceState']> {
  const state: NonNullable<Context['traceState']> = {
    get: () => undefined,
    set: () => state,
    unset: () => state,
    serialize: () => line,
  }
  return state
}

/** All are strings, as Dapr's are. Of a key that was set twice the last value counts. */
function attributesOf({ attributes, remoteService }: SpanRecord): Record<string, string> {
  const pairs: [string, string][] = []
  for (let i = 0; i < attributes.length; i += 2)
    pairs.push([attributes[i] as string, attributes[i + 1] as string])
  if (remoteService !== undefined) pairs.push([PEER_SERVICE, remoteService])
  return Object.fromEntries(pairs)
}

const toEvent = ({
  timeUs,
  name,
  attributes,
}: SpanRecord['events'][number]): ReadableSpan['events'][number] => ({
  time: toHrTime(timeUs),
  name,
  ...(attributes === undefined ? {} : { attributes }),
})
