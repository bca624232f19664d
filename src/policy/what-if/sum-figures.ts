import type { Figure, KeptFigures, RuleFigures, Share } from '../../wire/what-if.ts'
import type { NextPolicy } from './next-policy.ts'
import type { Spent } from './spend-budgets.ts'
import type { UnseenOperation } from './unseen-operations.ts'
import type { WeighedTrace } from './weigh-trace.ts'

export interface FigureParts {
  readonly spent: readonly Spent[]
  readonly unseen: readonly UnseenOperation[]
  readonly next: NextPolicy
  readonly isExact: boolean
  /** From the first recorded trace on, at least one. */
  readonly minutes: number
}

/** Half of a normal 95 % interval, in standard deviations. */
const Z = 1.96
const SLOWEST = 0.01

/** One kind of traces: how many there were, how many of them are kept. */
interface Tally {
  kept: number
  keptVariance: number
  all: number
  allVariance: number
  restsOn: number
  isAllKnown: boolean
}

export function sumFigures(parts: FigureParts): { today: KeptFigures; next: KeptFigures } {
  const slowFromUs = slowFrom(parts.spent)
  const recorded = (trace: WeighedTrace) => ({ kept: 1, variance: 0, trace })
  return {
    today: toFigures(parts, slowFromUs, ({ trace }) => recorded(trace), [], true),
    next: toFigures(
      parts,
      slowFromUs,
      (each) => ({
        kept: each.head + each.floor + each.keep,
        variance: varianceOf(each),
        trace: each.trace,
      }),
      parts.unseen,
      parts.isExact,
    ),
  }
}

/** What `keep` adds for traces that were seldom recorded is as unsure as their number. */
function varianceOf({ trace, share, keep, floor }: Spent): number {
  const { weight, headVariance } = trace
  const added = keep + floor
  return headVariance * share ** 2 + (added === 0 ? 0 : added ** 2 * (1 - 1 / weight))
}

type Look = (spent: Spent) => {
  readonly kept: number
  readonly variance: number
  readonly trace: WeighedTrace
}

function toFigures(
  { spent, unseen: allUnseen, minutes }: FigureParts,
  slowFromUs: number,
  look: Look,
  unseen: readonly UnseenOperation[],
  isExact: boolean,
): KeptFigures {
  const tally = (belongs: (trace: WeighedTrace) => boolean): Tally => {
    const sum = { kept: 0, keptVariance: 0, all: 0, allVariance: 0, restsOn: 0, isAllKnown: true }
    for (const each of spent) {
      if (!belongs(each.trace)) continue
      const { kept, variance } = look(each)
      const { weight } = each.trace
      sum.kept += kept
      sum.keptVariance += variance
      sum.all += weight
      sum.allVariance += weight * (weight - 1)
      sum.restsOn++
      if (weight > 1 || !each.trace.isWeightKnown) sum.isAllKnown = false
    }
    return sum
  }
  const all = tally(() => true)
  for (const { rate, arrivals } of unseen) {
    all.kept += rate * arrivals
    all.keptVariance += rate * arrivals * (1 + rate)
  }
  for (const { arrivals } of allUnseen) {
    all.all += arrivals
    all.allVariance += arrivals
    all.isAllKnown = false
  }
  const share = (sum: Tally): Share => ({
    kept: sum.all === 0 ? undefined : Math.min(1, sum.kept / sum.all),
    of: figure(sum.all, sum.allVariance, sum.isAllKnown),
    restsOn: sum.restsOn,
    isEstimate: !isExact || !sum.isAllKnown,
  })
  const perMinute = (sizeOf: (trace: WeighedTrace) => number): Figure => {
    let value = 0
    let variance = 0
    let size = 0
    for (const each of spent) {
      const { kept, variance: own, trace } = look(each)
      value += kept * sizeOf(trace)
      variance += own * sizeOf(trace) ** 2
      size += sizeOf(trace)
    }
    value /= minutes
    variance /= minutes ** 2
    // What was never recorded is taken to be like the rest.
    const mean = spent.length === 0 ? 0 : size / spent.length
    for (const { rate, arrivals, minutes: own } of unseen) {
      value += (rate * arrivals * mean) / own
      variance += rate * arrivals * (1 + rate) * (mean / own) ** 2
    }
    return figure(value, variance, isExact)
  }
  return {
    traces: figure(all.kept, all.keptVariance, isExact),
    all: share(all),
    errors: share(tally(({ isFailed }) => isFailed)),
    slowest: share(tally(({ durationUs }) => durationUs >= slowFromUs)),
    spansPerMinute: perMinute(({ spanCount }) => spanCount),
    bytesPerMinute: perMinute(({ bytes }) => bytes),
  }
}

const figure = (value: number, variance: number, isExact: boolean): Figure => ({
  value,
  plusMinus: isExact ? 0 : Z * Math.sqrt(variance),
  isEstimate: !isExact,
})

/** Traces at least this long are the slowest of a hundred, recorded or not. */
function slowFrom(spent: readonly Spent[]): number {
  const slowestFirst = spent.map(({ trace }) => trace).sort((a, b) => b.durationUs - a.durationUs)
  const total = slowestFirst.reduce((sum, { weight }) => sum + weight, 0)
  let seen = 0
  for (const { weight, durationUs } of slowestFirst) {
    seen += weight
    if (seen >= total * SLOWEST) return durationUs
  }
  return Number.POSITIVE_INFINITY
}

/** Every rule that kept something, or would. */
export function sumRules({ spent, unseen, next, isExact }: FigureParts): RuleFigures[] {
  const rows = new Map<
    string,
    { today: number; value: number; variance: number; restsOn: number }
  >()
  const rowOf = (rule: string) => {
    const row = rows.get(rule) ?? { today: 0, value: 0, variance: 0, restsOn: 0 }
    rows.set(rule, row)
    return row
  }
  const overrides = next.rules?.overrides.map(({ name }) => name) ?? []
  const rules = next.rules?.rules.flatMap(({ name, untraced }) => (untraced ? [] : [name])) ?? []
  for (const name of [...overrides, ...rules, 'rate']) rowOf(name)
  for (const each of spent) {
    rowOf(each.trace.todayRule).today++
    const row = rowOf(each.trace.rule)
    row.value += each.head
    row.variance += each.trace.headVariance * each.share ** 2
    row.restsOn++
    for (const kind of ['floor', 'keep'] as const) {
      if (each[kind] === 0) continue
      const added = rowOf(kind)
      added.value += each[kind]
      added.variance += each[kind] ** 2 * (1 - 1 / each.trace.weight)
      added.restsOn++
    }
  }
  for (const { rule, rate, arrivals } of unseen) {
    const row = rowOf(rule)
    row.value += rate * arrivals
    row.variance += rate * arrivals * (1 + rate)
  }
  return [...rows].map(([rule, row]) => ({
    rule,
    kind: overrides.includes(rule) ? 'override' : rules.includes(rule) ? 'rule' : 'built-in',
    rate: rule === 'rate' ? next.rate : next.find(rule)?.rate,
    today: row.today,
    next: figure(row.value, row.variance, isExact),
    restsOn: row.restsOn,
  }))
}
