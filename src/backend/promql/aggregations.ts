import { dropLabels, keepLabels, type Labels, METRIC_NAME } from '../../wire/labels.ts'
import type { Grouping } from './ast.ts'
import { derived } from './derived-labels.ts'
import type { Sample, ScalarPlan, VectorPlan } from './plan.ts'
import { vectorPlan } from './plan.ts'
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

export function planAggregation(
  { reduce }: AggregationSpec,
  grouping: Grouping,
  of: VectorPlan,
  parameter: ScalarPlan,
): VectorPlan {
  const groupLabels = groupLabeler(grouping)
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

/** The labels that a group has, for those of one of its samples. `without` never keeps the metric's name. */
export function groupLabeler({ mode, labels }: Grouping): (labels: Labels) => Labels {
  const names = new Set(mode === 'by' ? labels : [...labels, METRIC_NAME])
  return derived((own) => (mode === 'by' ? keepLabels(own, names) : dropLabels(own, names)))
}
