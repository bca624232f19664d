/** `spec.tracing.sampling`: which traces are worth keeping. Order of decision: force, overrides, rules, samplingRate, floor. */
export interface SamplingSpec {
  /** What an unsampled parent means: it decides, our rules may raise it, or it is not asked at all. */
  readonly parent: 'follow' | 'raise' | 'ignore'
  readonly overrides: readonly OverrideSpec[]
  /** The first match decides. */
  readonly rules: readonly RuleSpec[]
  /** At least so many traces a minute of each operation that no rule sets to rate 0. */
  readonly floor: { readonly perOperationPerMinute: number } | undefined
  /** At most so many traces a second that this sidecar starts; forced ones do not count. */
  readonly limit: { readonly perSecond: number } | undefined
  readonly keep: KeepSpec | undefined
  readonly force: ForceSpec | undefined
}

export interface RuleSpec {
  readonly name: string
  readonly match: MatchSpec
  /** 0 to 1. Absent = `samplingRate`. */
  readonly rate: number | undefined
  /** At most so many traces a second by this rule, over 0. */
  readonly perSecond: number | undefined
}

export interface OverrideSpec extends RuleSpec {
  /** Epoch milliseconds at which it ends by itself. */
  readonly untilMs: number
}

/** The fields a rule can ask for, each a glob in which `*` stands for any text; all that are given must match. */
export const MATCH_FIELDS = [
  'api',
  'target',
  'method',
  'path',
  'topic',
  'component',
  'actorType',
  'caller',
  'namespace',
] as const

export type MatchField = (typeof MATCH_FIELDS)[number]

export type MatchSpec = Readonly<Partial<Record<MatchField, string>>> & {
  /** Lower case name of a header that must be present. */
  readonly header?: string
}

/** Decided when the request has ended. */
export interface KeepSpec {
  readonly errors: boolean
  /** Lowest status that counts as an error. */
  readonly errorsFrom: number
  /** The head of the reply came later than this. Absent = slowness keeps nothing. */
  readonly slowerThanMs: number | undefined
  readonly perSecond: number
  /** How long an ended request waits for a verdict from further up or down. */
  readonly holdMs: number
  /** Bound of the waiting spans. */
  readonly maxBytes: number
}

export interface ForceSpec {
  /** Lower case. */
  readonly header: string
  readonly perMinute: number
}

export const KEEP_DEFAULTS: KeepSpec = {
  errors: true,
  errorsFrom: 500,
  slowerThanMs: undefined,
  perSecond: 20,
  holdMs: 5_000,
  maxBytes: 16_777_216,
}

export const FORCE_DEFAULTS: ForceSpec = { header: 'x-sidelight-trace', perMinute: 60 }
