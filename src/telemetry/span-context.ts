import type { TraceParent } from '../wire/traceparent.ts'

/** What travels from hop to hop: W3C ids and flags, and the vendors' `tracestate` as one validated line. */
export interface SpanContext extends TraceParent {
  readonly traceState: string | undefined
}
