import { dropLabels, keepLabels, type Labels, METRIC_NAME } from '../../wire/labels.ts'
import type { Grouping } from './ast.ts'
import { derived } from './derived-labels.ts'
import { known } from './known.ts'
import type { PlanContext, Sample, ScalarPlan, VectorPlan } from './plan.ts'
import { vectorPlan } from './plan.ts'
import { countOf, indexOf, type TakeRow } from './row.ts'
import { type RunningFold, runningFolds } from './running-folds.ts'
import {
  compareNumbers,
  greatest,
  least,
  mean,
  quantile,
  type Stretch,
  sum,
  variance,
} from './statistics.ts'

export interface AggregationSpec {
  /** Whether a number stands before the vector. */
  readonly hasParameter: boolean
  reduce(group: Group, parameter: number): readonly Sample[]
}

interface Group {
  readonly labels: Labels
  readonly samples: readonly Sample[]
}

/** One value a group. */
const fold = (
  value: (values: Stretch, parameter: number) => number,
  hasParameter = false,
): AggregationSpec => ({
  hasParameter,
  reduce: ({ labels, samples }, parameter) => [
    {
      labels,
      value: value(
        { values: samples.map((sample) => sample.value), from: 0, to: samples.length },
        parameter,
      ),
    },
  ],
})

/** Some of a group's own samples. */
const pick = (compare: (a: number, b: number) => number): AggregationSpec => ({
  hasParameter: true,
  reduce: ({ samples }, count) =>
    count >= 1
      ? [...samples].sort((a, b) => compare(a.value, b.value)).slice(0, Math.trunc(count))
      : [],
})

const numbersFirst = (a: number, b: number): number =>
  Number(Number.isNaN(a)) - Number(Number.isNaN(b))

/** By name. An aggregation that is not here is refused by its name. */
export const aggregations: Readonly<Record<string, AggregationSpec>> = {
  sum: fold(sum),
  avg: fold(mean),
  min: fold(least),
  max: fold(greatest),
  count: fold(({ to }) => to),
  group: fold(() => 1),
  stddev: fold((values) => Math.sqrt(variance(values))),
  stdvar: fold(variance),
  quantile: fold((values, rank) => quantile(rank, values), true),
  topk: pick((a, b) => compareNumbers(b, a)),
  bottomk: pick((a, b) => numbersFirst(a, b) || compareNumbers(a, b)),
}

/** @param name one of `aggregations` */
export function planAggregation(
  name: string,
  grouping: Grouping,
  of: VectorPlan,
  parameter: ScalarPlan,
  context: PlanContext,
): VectorPlan {
  const running = runningFolds[name]
  const groupLabels = groupLabeler(grouping)
  if (of.stream !== undefined && running !== undefined)
    return planRunning(running, groupLabels, of.stream, context)
  const { reduce } = known(aggregations, name)
  return vectorPlan((timeMs) => {
    const groups = new Map<string, { labels: Labels; samples: Sample[] }>()
    for (const sample of of.at(timeMs)) {
      const labels = groupLabels(sample.labels)
      const group = groups.get(labels.key)
      if (group === undefined) groups.set(labels.key, { labels, samples: [sample] })
      else group.samples.push(sample)
    }
    const wanted = parameter.at(timeMs)
    return [...groups.values()].flatMap((group) => reduce(group, wanted))
  })
}

/** Of rows that are handed over one by one only the groups are kept. */
function planRunning(
  make: (instants: number) => RunningFold,
  groupLabels: (labels: Labels) => Labels,
  stream: (take: TakeRow) => void,
  { span, keep }: PlanContext,
): VectorPlan {
  const instants = countOf(span)
  const groups = new Map<string, { labels: Labels; fold: RunningFold; present: Uint8Array }>()
  stream((row) => {
    const labels = groupLabels(row.labels)
    let group = groups.get(labels.key)
    if (group === undefined) {
      keep(instants)
      group = { labels, fold: make(instants), present: new Uint8Array(instants) }
      groups.set(labels.key, group)
    }
    for (let i = 0; i < instants; i++) {
      if (row.present[i] === 0) continue
      group.fold.add(i, row.values[i] as number)
      group.present[i] = 1
    }
  })
  return vectorPlan((timeMs) => {
    const index = indexOf(span, timeMs)
    const out: Sample[] = []
    for (const { labels, fold, present } of groups.values())
      if (present[index] === 1) out.push({ labels, value: fold.at(index) })
    return out
  })
}

/** The labels that a group has, for those of one of its samples. `without` never keeps the metric's name. */
export function groupLabeler({ mode, labels }: Grouping): (labels: Labels) => Labels {
  const names = new Set(mode === 'by' ? labels : [...labels, METRIC_NAME])
  return derived((own) => (mode === 'by' ? keepLabels(own, names) : dropLabels(own, names)))
}
