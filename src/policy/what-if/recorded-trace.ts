import { attributes, type Operation } from '../../telemetry/index.ts'
import { SIDECAR_SCOPE } from '../../wire/instrumentation-scope.ts'
import { encodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { recordedOperation } from './recorded-operation.ts'

/** What the record of a trace tells about the decision to keep it. */
export interface RecordedTrace {
  readonly traceId: string
  /** Where a sidecar met it first: epoch and length in µs. */
  readonly startUs: number
  readonly durationUs: number
  /** Of the sidecar that met it first. */
  readonly app: string
  readonly operation: Operation
  /** Fields of `operation` that the record does not tell for sure. */
  readonly unsure: ReadonlySet<keyof Operation>
  /** The deciding rule as the record has it: a rule's name, `rate`, `parent`, `floor`, `force`, `keep`. */
  readonly rule: string
  /** T as on the wire, when probability decided and a `sampling` block was in force. */
  readonly threshold: string | undefined
  /** Somebody else began the trace: the id of the caller's span. */
  readonly callerSpanId: string | undefined
  readonly spanCount: number
  /** As Zipkin JSON. */
  readonly bytes: number
  /** What a sidecar's verdict at the end of its request stands on. */
  readonly verdicts: readonly RecordedVerdict[]
}

export interface RecordedVerdict {
  readonly app: string
  /** Status of an answer that failed; 500 stands for one that broke off. Absent = it was good. */
  readonly failedWith: number | undefined
  readonly durationUs: number
}

const BROKEN = 500
const KEEP_PREFIX = 'keep:'

/** @returns `undefined` for a trace in which no sidecar took part */
export function readRecordedTrace(spans: readonly ZipkinSpan[]): RecordedTrace | undefined {
  const ours = spans.filter(({ tags }) => tags?.['otel.scope.name'] === SIDECAR_SCOPE)
  const entry = ours.reduce<ZipkinSpan | undefined>(
    (first, each) => (first === undefined || comesBefore(each, first) ? each : first),
    undefined,
  )
  if (entry === undefined) return undefined
  const tag = entry.tags?.[attributes.samplingRule]
  const isKept = ours.some(({ tags }) => tags?.[attributes.samplingRule]?.startsWith(KEEP_PREFIX))
  return {
    traceId: entry.traceId,
    startUs: entry.timestamp ?? 0,
    durationUs: entry.duration ?? 0,
    app: appOf(entry),
    ...recordedOperation(entry),
    rule: isKept ? 'keep' : (tag ?? (entry.parentId === undefined ? 'rate' : 'parent')),
    threshold: isKept ? undefined : entry.tags?.[attributes.samplingThreshold],
    callerSpanId: entry.parentId,
    spanCount: spans.length,
    bytes: encodeZipkinSpans(spans).length,
    verdicts: ours.map((span) => ({
      app: appOf(span),
      failedWith: failureOf(span),
      durationUs: span.duration ?? 0,
    })),
  }
}

/** A span without parent is the root whatever the clocks say. */
function comesBefore(a: ZipkinSpan, b: ZipkinSpan): boolean {
  if ((a.parentId === undefined) !== (b.parentId === undefined)) return a.parentId === undefined
  return (a.timestamp ?? 0) < (b.timestamp ?? 0)
}

/** The tag has the letters of the app id; the endpoint has lower case ones. */
const appOf = ({ tags, localEndpoint }: ZipkinSpan): string =>
  tags?.['service.name'] ?? localEndpoint?.serviceName ?? ''

function failureOf({ tags }: ZipkinSpan): number | undefined {
  const error = tags?.error
  if (error === undefined) return undefined
  const status = /^Code\((\d{3})\)/.exec(error)?.[1]
  return status === undefined ? BROKEN : Number(status)
}
