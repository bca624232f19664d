import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import type { Criteria } from './criteria.ts'
import type { SegmentNames } from './segment-names.ts'
import type { TraceKey } from './trace-key.ts'

/**
 * A stretch of the store: hot in memory while it grows, sealed in a file afterwards. Traces in it have
 * ordinals from 0. A trace may have parts in several segments.
 */
export interface Segment {
  readonly spanCount: number
  /** Of the spans that have a timestamp, µs; `maxUs` is 0 when none has. */
  readonly minUs: number
  readonly maxUs: number
  readonly names: SegmentNames
  /** May say yes for a trace that is not here, never no for one that is. */
  hasLow(low: number): boolean
  /** The same for a whole id, by its mark. */
  mayHave(mark: number): boolean
  /** Traces, loaded and ready to be asked without waiting. */
  open(): Promise<OpenSegment>
}

/** What the spans of a segment say to a query. */
export interface Matches {
  /** Traces worth a look; the others lack the condition that `leadingAnnotation` picks. */
  readonly ordinals: Iterable<number>
  /** The bits that one trace meets by its spans here. */
  bits(ordinal: number): number
}

export interface OpenSegment {
  readonly traceCount: number
  keyOf(ordinal: number): TraceKey
  /** The lowest word of its id. */
  lowOf(ordinal: number): number
  /** The smallest timestamp of the part here, or 0. */
  startUs(ordinal: number): number
  /** The largest one, or 0. */
  newestUs(ordinal: number): number
  /** All that share the right 16 digits. */
  find(key: TraceKey): number[]
  /** `undefined` = no span here meets anything. */
  matches(criteria: Criteria): Matches | undefined
  /** Spans of one trace, in the order they came. */
  read(ordinal: number): Promise<ZipkinSpan[]>
  readonly spansOf: (ordinal: number) => number
  /** The calls in the part of the trace that is here, as codes: twice the place in the table, plus 1 for an error. */
  links(ordinal: number): ArrayLike<number>
  /** Parent and child of each link, as numbers of names. */
  readonly linkTable: readonly (readonly [parent: number, child: number])[]
}
