import type { Operation } from './operation.ts'

/** What is in force, as compiled from a Configuration by `policy`. */
export interface SamplingPolicy {
  /** `false`: no span is made and context headers pass byte for byte. */
  readonly enabled: boolean
  /** Share of root traces that is kept where no rule says otherwise, 0 to 1. */
  readonly rate: number
  /** Absent: Dapr's sampler alone, `ParentBased(TraceIDRatioBased(rate))`. */
  readonly rules: SamplingRules | undefined
}

/** Order of decision: force, overrides, rules, the plain rate, floor; `limit` caps all of these but force. */
export interface SamplingRules {
  /** What an unsampled parent means to rules and rate. A sampled one is always followed, save by `ignore`. */
  readonly parent: 'follow' | 'raise' | 'ignore'
  /** Before all rules; they also raise what an unsampled parent has left. */
  readonly overrides: readonly SamplingRule[]
  /** The first match decides. */
  readonly rules: readonly SamplingRule[]
  /** Traces a minute that each operation gets at least. Absent = no floor. */
  readonly floorPerMinute: number | undefined
  /** Traces a second that may start here. Absent = no limit. */
  readonly limitPerSecond: number | undefined
  readonly force: { readonly header: string; readonly perMinute: number } | undefined
  /** Unsampled requests are recorded, too: whether they are worth keeping is known when they have ended. */
  readonly keeps: boolean
}

export interface SamplingRule {
  readonly name: string
  /** Globs; all must match. */
  readonly match: Readonly<Partial<Operation>>
  /** Lower case name of a header that must be present. */
  readonly header: string | undefined
  /** 0 to 1. */
  readonly rate: number
  /** Traces a second by this rule at most. */
  readonly perSecond: number | undefined
  /** Epoch microseconds at which it ends by itself. */
  readonly untilUs: number | undefined
  /** What matches is not traced at all: no span, and context headers pass byte for byte. */
  readonly untraced: boolean
}

/** Sampled spans say by these names what decided; a rule's own name else. */
export const BUILT_IN_RULES = ['parent', 'rate', 'force', 'floor', 'limit'] as const

export interface Decision {
  readonly sampled: boolean
  /** What decided: a rule's name or a built-in one. A label of bounded values, for the metric and the span tag. */
  readonly rule: string
  /** T of the decision, 14 hex digits. Absent where probability did not decide. */
  readonly threshold: string | undefined
  /** The answer names the trace id in this header. */
  readonly announce?: string
}
