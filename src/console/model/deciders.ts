import { formatDuration } from '../../base/short-duration.ts'
import type { RuleReport, SidecarReport } from '../../wire/sidecar-report.ts'
import { matchInWords, rateInWords } from './policy-words.ts'
import type { Place } from './sidecars.ts'

/** One that says yes or no to a request, as a line of the order in which they are asked. */
export interface Decider {
  readonly name: string
  readonly kind: 'override' | 'rule' | 'built-in'
  /** Which requests it decides about. */
  readonly asks: string
  /** What it does with them: `100%`, `1%, at most 50/s`, `at least 1/min of each operation`. */
  readonly does: string
  /** Epoch microseconds of the sidecar's clock. */
  readonly untilUs: number | undefined
  readonly sampled: number
  readonly unsampled: number
  readonly place: Place | undefined
}

type BuiltIn = Pick<Decider, 'name' | 'asks' | 'does'> & { readonly setting: string }

const PARENT_WORDS = {
  follow: 'the caller’s decision holds',
  raise: 'the caller’s yes holds, its no does not',
  ignore: 'the caller is not asked',
} as const

/**
 * Everything that decides in a sidecar, in the order of decision, with what each has decided since the start.
 * Built-in ones stand here when they are set or have decided.
 */
export function listDeciders({ sampling, decisions, configuration }: SidecarReport): Decider[] {
  const { sources } = configuration
  const counts = (name: string) => decisions[name] ?? { sampled: 0, unsampled: 0 }
  const named = (kind: 'override' | 'rule', list: 'overrides' | 'rules') =>
    sampling[list].map(
      (rule): Decider => ({
        name: rule.name,
        kind,
        asks: matchInWords(rule.match),
        does: ruleInWords(rule),
        untilUs: rule.untilUs,
        ...counts(rule.name),
        place: sources[`tracing.sampling.${list}.${rule.name}`],
      }),
    )
  const builtIn = ({ name, asks, does, setting }: BuiltIn): Decider => ({
    name,
    kind: 'built-in',
    asks,
    does,
    untilUs: undefined,
    ...counts(name),
    place: sources[`tracing.${setting}`],
  })
  const { before, after } = builtIns({ sampling, decisions })
  return [
    ...before.map(builtIn),
    ...named('override', 'overrides'),
    ...named('rule', 'rules'),
    ...after.map(builtIn),
  ]
}

function ruleInWords({ rate, perSecond }: RuleReport): string {
  const share = rateInWords(rate)
  return perSecond === undefined ? share : `${share}, at most ${perSecond}/s`
}

/** Those asked before the rules, and those after. */
function builtIns({
  sampling,
  decisions,
}: Pick<SidecarReport, 'sampling' | 'decisions'>): Record<'before' | 'after', readonly BuiltIn[]> {
  const { parent = 'follow', force, rate, floorPerMinute, limitPerSecond, keep } = sampling
  const when = (isShown: boolean, decider: BuiltIn): BuiltIn[] => (isShown ? [decider] : [])
  return {
    before: [
      ...when(force !== undefined, {
        name: 'force',
        asks: `header ${force?.header}`,
        does: `100%, at most ${force?.perMinute}/min`,
        setting: 'sampling',
      }),
      ...when(decisions.parent !== undefined || sampling.parent !== undefined, {
        name: 'parent',
        asks: 'requests with a caller’s trace',
        does: PARENT_WORDS[parent],
        setting: 'sampling',
      }),
    ],
    after: [
      { name: 'rate', asks: 'everything else', does: rateInWords(rate), setting: 'samplingRate' },
      ...when(floorPerMinute !== undefined, {
        name: 'floor',
        asks: 'operations that are rarely sampled',
        does: `at least ${floorPerMinute}/min of each`,
        setting: 'sampling',
      }),
      ...when(limitPerSecond !== undefined, {
        name: 'limit',
        asks: 'all traces that start here',
        does: `at most ${limitPerSecond}/s`,
        setting: 'sampling',
      }),
      ...when(keep !== undefined, {
        name: 'keep',
        asks: keep === undefined ? '' : keepInWords(keep),
        does: `kept after their end, at most ${keep?.perSecond}/s`,
        setting: 'sampling',
      }),
    ],
  }
}

function keepInWords({
  errors,
  errorsFrom,
  slowerThanMs,
}: NonNullable<SidecarReport['sampling']['keep']>): string {
  const parts = errors ? [`answers from ${errorsFrom}`] : []
  if (slowerThanMs !== undefined) parts.push(`slower than ${formatDuration(slowerThanMs * 1000)}`)
  return parts.join(', ') || 'nothing'
}
