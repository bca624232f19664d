import { Fault } from '../../base/fault.ts'
import {
  dropLabels,
  keepLabels,
  type Labels,
  labelsOf,
  labelValue,
  METRIC_NAME,
} from '../../wire/labels.ts'
import { groupLabeler } from './aggregations.ts'
import type { Grouping, Matching } from './ast.ts'
import { derived } from './derived-labels.ts'
import type { Combine } from './operators.ts'
import { type Sample, type VectorPlan, vectorPlan } from './plan.ts'

/** `and`, `or`, `unless`: whole samples, by whether the other side has one that matches. */
export function matchSets(
  operator: string,
  left: VectorPlan,
  right: VectorPlan,
  on: Grouping,
): VectorPlan {
  const signature = groupLabeler(on)
  const without = (some: readonly Sample[], others: readonly Sample[], wanted: boolean) => {
    const keys = new Set(others.map(({ labels }) => signature(labels).key))
    return some.filter(({ labels }) => keys.has(signature(labels).key) === wanted)
  }
  return vectorPlan((timeMs) => {
    const lefts = left.at(timeMs)
    const rights = right.at(timeMs)
    if (operator === 'or') return [...lefts, ...without(rights, lefts, false)]
    return without(lefts, rights, operator === 'and')
  })
}

/**
 * Pairs the samples of two vectors.
 *
 * At an instant throws Fault `PROMQL_EXECUTION` where more than one sample would have to be taken for one.
 */
export function matchVectors(
  combine: Combine,
  left: VectorPlan,
  right: VectorPlan,
  { matching, keepsName }: { readonly matching: Matching; readonly keepsName: boolean },
): VectorPlan {
  const signature = groupLabeler(matching.on)
  const resultLabels = resultLabeler(matching, keepsName)
  // Everything below has the side that may have several on the one hand, the other on the other.
  const isSwapped = matching.many === 'right'
  return vectorPlan((timeMs) => {
    const lefts = left.at(timeMs)
    const rights = right.at(timeMs)
    if (lefts.length === 0 || rights.length === 0) return []
    const [many, one] = isSwapped ? [rights, lefts] : [lefts, rights]
    const ones = new Map<string, Sample>()
    for (const sample of one) {
      const { key } = signature(sample.labels)
      const twin = ones.get(key)
      if (twin !== undefined) throw ambiguousSide(key, isSwapped ? 'left' : 'right')
      ones.set(key, sample)
    }
    const out: Sample[] = []
    const taken = new Set<string>()
    for (const sample of many) {
      const { key } = signature(sample.labels)
      const partner = ones.get(key)
      if (partner === undefined) continue
      const value = isSwapped
        ? combine(partner.value, sample.value)
        : combine(sample.value, partner.value)
      if (value === undefined) continue
      const labels = resultLabels(sample.labels, partner.labels)
      // One to one, a second sample of the same signature is wrong even when its labels would differ.
      const place = matching.many === 'none' ? key : labels.key
      if (taken.has(place)) throw ambiguousMatch(matching, labels)
      taken.add(place)
      out.push({ labels, value })
    }
    return out
  })
}

/** Labels of a result from those of the side that may have several, and of the other. */
function resultLabeler(
  { on, many, include }: Matching,
  keepsName: boolean,
): (many: Labels, one: Labels) => Labels {
  const name = keepsName ? [] : [METRIC_NAME]
  const cut = (labels: Labels): Labels => {
    const kept = keepsName ? labels : dropLabels(labels, new Set(name))
    if (many !== 'none') return kept
    const named = new Set(on.labels)
    return on.mode === 'by' ? keepLabels(kept, named) : dropLabels(kept, named)
  }
  const own = derived(cut)
  if (include.length === 0) return own
  const joined = derived((labels) =>
    derived((other) =>
      labelsOf([
        ...own(labels).pairs,
        ...include.map((label) => [label, labelValue(other, label)] as const),
      ]),
    ),
  )
  return (labels, other) => joined(labels)(other)
}

const ambiguousSide = (key: string, side: string): Fault =>
  new Fault(
    'PROMQL_EXECUTION',
    `found duplicate series for the match group ${formatKey(key)} on the ${side} hand-side of the operation; many-to-many matching not allowed: matching labels must be unique on one side`,
  )

const ambiguousMatch = ({ many }: Matching, labels: Labels): Fault =>
  new Fault(
    'PROMQL_EXECUTION',
    many === 'none'
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : `multiple matches for labels ${formatKey(labels.key)}: grouping labels must ensure unique matches`,
  )

const formatKey = (key: string): string =>
  `{${(JSON.parse(key) as [string, string][]).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
