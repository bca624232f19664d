import type { Clock } from '../base/clock.ts'
import type { LogFields } from '../base/logger.ts'
import type { OtlpAttribute, OtlpSpan } from '../wire/otlp-span.ts'
import type { Decision } from './sampling/policy.ts'
import type { SpanContext } from './span-context.ts'

/** What a sample carries as its exemplar: a span that can be looked up, or nothing. */
export const seenIn = (span: Span | undefined): SpanContext | undefined =>
  span?.isExported === true ? span.context : undefined

/**
 * What a line of the log that is about a request carries, by OpenTelemetry's names. Made when the line is.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export const traceFields = (span: Pick<Span, 'context'> | undefined): LogFields =>
  span === undefined
    ? {}
    : {
        trace_id: span.context.traceId,
        span_id: span.context.spanId,
        trace_flags: span.context.flags.toString(16).padStart(2, '0'),
      }

export type SpanKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER' | 'INTERNAL'

export interface SpanEvent {
  readonly timeUs: number
  readonly name: string
  /** For example `{ attempt: 2, reason: '503' }`. Numbers are whole. */
  readonly attributes?: EventAttributes
}
export type EventAttributes = Readonly<Record<string, string | number>>

/** A span as an app's OpenTelemetry has sent it, and who recorded it. */
export interface SentBy {
  /** The same list for all spans of a message. */
  readonly resource: readonly OtlpAttribute[]
  readonly scopeName: string
  readonly scopeVersion: string
  readonly span: OtlpSpan
}

/** A finished span that was sampled or kept, as exporters get it. */
export interface SpanRecord {
  readonly context: SpanContext
  /** 16 lowercase hex digits. Absent for a root. */
  readonly parentId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** Integer microseconds since the epoch. */
  readonly startUs: number
  /** Integer microseconds, at least 1. */
  readonly durationUs: number
  /** Keys and values in turn. Declared in `catalogue.ts`. */
  readonly attributes: readonly string[]
  readonly events: readonly SpanEvent[]
  /** Description of the error; absent when the span did not fail. */
  readonly error: string | undefined
  /** Name of the other side: a peer's app id, a component, an external host. */
  readonly remoteService: string | undefined
  /** A span that the app has recorded itself: exporters send this, and the rest is for who only counts and lists. */
  readonly sent?: SentBy
}

/** A span that may wait for the verdict on its trace, which then is noted on it. */
export interface HeldSpan extends SpanRecord {
  set(key: string, value: string): void
}

/** Shared by all spans that have none, so that an unsampled span allocates no list. */
const NONE: never[] = []

/**
 * An open span. One that is not recorded carries context and nothing else: its setters do nothing.
 */
export class Span implements SpanRecord {
  readonly context: SpanContext
  readonly parentId: string | undefined
  readonly kind: SpanKind
  /** Who decided about it, and how. */
  readonly decision: Decision
  /** It is sampled, or it waits for a verdict when it has ended. */
  readonly recorded: boolean
  readonly startUs: number
  name: string
  durationUs = 0
  attributes: string[] = NONE
  events: SpanEvent[] = NONE
  error: string | undefined = undefined
  remoteService: string | undefined = undefined
  readonly #clock: Clock
  readonly #startMs: number
  readonly #onEnd: (span: Span) => boolean
  #ended = false
  #exported = false

  constructor(
    context: SpanContext,
    parentId: string | undefined,
    name: string,
    kind: SpanKind,
    decision: Decision,
    recorded: boolean,
    clock: Clock,
    onEnd: (span: Span) => boolean,
  ) {
    this.context = context
    this.parentId = parentId
    this.name = name
    this.kind = kind
    this.decision = decision
    this.recorded = recorded
    this.#clock = clock
    this.#onEnd = onEnd
    this.startUs = recorded ? clock.nowUs() : 0
    this.#startMs = recorded ? clock.elapsedMs() : 0
  }

  /** Empty values are left out, as daprd does. Setting a key twice keeps both until export, the last one wins. */
  set(key: string, value: string | undefined): void {
    if (!this.recorded || value === undefined || value === '') return
    if (this.attributes === NONE) this.attributes = []
    this.attributes.push(key, value)
  }

  event(name: string, attributes?: EventAttributes): void {
    if (!this.recorded) return
    if (this.events === NONE) this.events = []
    const timeUs = this.#clock.nowUs()
    this.events.push(attributes === undefined ? { timeUs, name } : { timeUs, name, attributes })
  }

  /** The first failure is kept: later ones are its consequences. */
  fail(description: string): void {
    if (this.recorded) this.error ??= description
  }

  /** Hands the span on if it is recorded. Only the first call counts. */
  end(): void {
    if (this.#ended || !this.recorded) return
    this.#ended = true
    this.durationUs = Math.max(1, Math.round((this.#clock.elapsedMs() - this.#startMs) * 1000))
    this.#exported = this.#onEnd(this)
  }

  /** It has ended and an exporter has taken it: whoever looks for it will find it. */
  get isExported(): boolean {
    return this.#exported
  }
}
