import type { MatcherText } from './matchers.ts'

/** What an expression is at one instant. */
export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

export type Expression =
  | NumberLiteral
  | StringLiteral
  | Selector
  | RangeSelector
  | Call
  | Aggregation
  | Binary
  | Negation

export interface NumberLiteral {
  readonly kind: 'number'
  readonly value: number
}

export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
}

/** `http_requests_total{code="200"} offset 5m`. */
export interface Selector {
  readonly kind: 'selector'
  /** The name of the metric is one of them. */
  readonly matchers: readonly MatcherText[]
  /** Negative looks ahead. */
  readonly offsetMs: number
  /** Of `@`. Absent = the time of evaluation. */
  readonly at?: number | 'start' | 'end'
}

/** `http_requests_total[5m]`. */
export interface RangeSelector {
  readonly kind: 'range'
  readonly selector: Selector
  readonly rangeMs: number
}

export interface Call {
  readonly kind: 'call'
  /** One of the functions table. */
  readonly name: string
  readonly args: readonly Expression[]
}

export interface Aggregation {
  readonly kind: 'aggregation'
  /** One of the aggregations table. */
  readonly name: string
  readonly grouping: Grouping
  /** The 3 of `topk(3, x)`. */
  readonly parameter?: Expression
  readonly of: Expression
}

/** Which labels tell groups apart: the named ones, or all but the named ones. */
export interface Grouping {
  readonly mode: 'by' | 'without'
  readonly labels: readonly string[]
}

export interface Binary {
  readonly kind: 'binary'
  /** One of the operators table. */
  readonly operator: string
  readonly left: Expression
  readonly right: Expression
  /** A comparison that answers 0 or 1 instead of leaving out. */
  readonly isBool: boolean
  readonly matching: Matching
}

/** Which samples of two vectors belong together. */
export interface Matching {
  /** `on` is `by`, `ignoring` is `without`. */
  readonly on: Grouping
  /** Which side may have several samples for one of the other. */
  readonly many: 'none' | 'left' | 'right'
  /** Labels that are taken over from the other side. */
  readonly include: readonly string[]
}

export interface Negation {
  readonly kind: 'negation'
  readonly of: Expression
}
