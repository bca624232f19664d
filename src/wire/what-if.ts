import type { Problem } from '../base/problem.ts'

/**
 * `POST` of a Configuration's YAML, with its `Content-Type: application/yaml`, to the backend; `?last=` takes a
 * duration such as `1h`. 503 with `Retry-After` while another one is worked out.
 */
export const WHAT_IF_PATH = '/sidelight/api/v1/what-if'

/**
 * What a Configuration would have kept of the recorded traces, beside what was kept. Counts are those of the
 * window, not of an hour; `…PerMinute` are means over the time from its first trace on, at least a minute.
 */
export interface WhatIfAnswer {
  /** `metadata.name` of the Configuration that was asked about. */
  readonly name: string | undefined
  readonly window: WhatIfWindow
  readonly sidecars: {
    readonly registered: number
    /** Those that said what they run; the others are not known. */
    readonly answered: number
  }
  /** Every figure of `next` is what would have happened, not an estimate. */
  readonly exact: boolean
  /** As recorded. */
  readonly today: KeptFigures
  readonly next: KeptFigures
  /** In the order in which they decide; those of today that are gone come last. */
  readonly rules: readonly RuleFigures[]
  /** Budgets of the new Configuration; empty when it has none. */
  readonly budgets: readonly BudgetFigures[]
  /** What the figures rest on, and why they are estimates: sentences for people, the most important first. */
  readonly notes: readonly WhatIfNote[]
  /** Of the Configuration, each with `severity: 'warning'`. */
  readonly warnings: readonly Problem[]
}

export interface WhatIfWindow {
  /** What was looked at, epoch microseconds. Shorter than `askedMs` when `isCapped`. */
  readonly fromUs: number
  readonly toUs: number
  readonly askedMs: number
  /** Recorded traces that were run through the policy. */
  readonly traces: number
  /** Traces without a span of a sidecar: no Configuration decides about them, and they are in no figure. */
  readonly foreignTraces: number
  /** There are more traces in what was asked for than are looked at. */
  readonly isCapped: boolean
  /** At most so many are looked at, the newest. */
  readonly cap: number
}

/** A number that is known, or estimated. */
export interface Figure {
  readonly value: number
  /** Half of the 95 % interval; 0 for what is exact, or when no bound can be given (`isEstimate` tells). */
  readonly plusMinus: number
  readonly isEstimate: boolean
}

export interface Share {
  /** 0 to 1; absent when there was none in the window. */
  readonly kept: number | undefined
  /** All there were, recorded or not, as far as can be told. */
  readonly of: Figure
  /** Recorded ones that it rests on. */
  readonly restsOn: number
  readonly isEstimate: boolean
}

export interface KeptFigures {
  /** Traces kept in the window. */
  readonly traces: Figure
  /** Share of all traces that is kept. */
  readonly all: Share
  /** Of traces with an answer of 500 or more, or one that broke off. */
  readonly errors: Share
  /** Of the slowest 1 %. */
  readonly slowest: Share
  readonly spansPerMinute: Figure
  /** As Zipkin JSON, uncompressed. */
  readonly bytesPerMinute: Figure
}

export interface RuleFigures {
  /** A rule's name, or `rate`, `parent`, `floor`, `force`, `keep`. */
  readonly rule: string
  readonly kind: 'override' | 'rule' | 'built-in'
  /** Of the new Configuration, 0 to 1; absent where no rate decides, or when it has no such rule. */
  readonly rate: number | undefined
  /** Traces of the window that this rule kept. */
  readonly today: number
  readonly next: Figure
  /** Recorded traces that it would decide about. */
  readonly restsOn: number
}

export interface BudgetFigures {
  /** For example `limit.perSecond` or `rules.checkout.perSecond`. */
  readonly budget: string
  /** As it stands in the Configuration: for one sidecar. */
  readonly perSidecar: number
  readonly per: 'second' | 'minute'
  readonly sidecars: number
  /** All sidecars together. */
  readonly total: number
  /** Traces of the window that it would have refused, about. */
  readonly refused: number
}

export interface WhatIfNote {
  /** Stable name to match on, for example `COUNTERS_ONLY`. */
  readonly code: string
  readonly text: string
}

/** Body of a 400: why the Configuration, or the question, cannot be read. */
export interface WhatIfRefusal {
  readonly problems: readonly Problem[]
}
