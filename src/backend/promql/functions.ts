import { NO_LABELS } from '../../wire/labels.ts'
import type { ValueType } from './ast.ts'
import { distinct, dropName, nameDropper } from './derived-labels.ts'
import { planHistogramQuantile } from './histogram-quantile.ts'
import { absentLabels, planLabelJoin, planLabelReplace } from './label-functions.ts'
import type { Matcher } from './matchers.ts'
import {
  asType,
  type Plan,
  type PlanContext,
  type Sample,
  scalarPlan,
  type VectorPlan,
  vectorPlan,
  type Window,
} from './plan.ts'
import {
  changes,
  delta,
  deriv,
  idelta,
  increase,
  irate,
  last,
  type RangeFunction,
  rate,
  resets,
} from './range-functions.ts'
import { relabeled, rowPlan } from './row-plan.ts'
import { compareNumbers, greatest, least, mean, quantile, sum, variance } from './statistics.ts'

export interface FunctionSpec {
  readonly args: readonly ValueType[]
  /** How many of the last ones may be missing. */
  readonly optional: number
  /** The last one may be there any number of times more. */
  readonly isVariadic: boolean
  readonly returns: ValueType
  plan(args: readonly Plan[], context: PlanContext): Plan
}

const define = (
  args: readonly ValueType[],
  returns: ValueType,
  plan: FunctionSpec['plan'],
  more: { readonly optional?: number; readonly isVariadic?: boolean } = {},
): FunctionSpec => ({
  args,
  optional: more.optional ?? 0,
  isVariadic: more.isVariadic ?? false,
  returns,
  plan,
})

/** One value of one value; further arguments are numbers, missing ones 1. `undefined` leaves the sample out. */
const math = (
  apply: (value: number, a: number, b: number) => number | undefined,
  numbers = 0,
  optional = 0,
): FunctionSpec => {
  const args: ValueType[] = ['vector', ...Array<ValueType>(numbers).fill('scalar')]
  return define(
    args,
    'vector',
    ([of, first = ONE, second = ONE]) => {
      const vector = asType(of, 'vector')
      const a = asType(first, 'scalar')
      const b = asType(second, 'scalar')
      const dropName = nameDropper()
      return vectorPlan((timeMs) => {
        const [x, y] = [a.at(timeMs), b.at(timeMs)]
        const out: Sample[] = []
        for (const { labels, value } of vector.at(timeMs)) {
          const made = apply(value, x, y)
          if (made !== undefined) out.push({ labels: dropName(labels), value: made })
        }
        return distinct(out)
      })
    },
    { optional },
  )
}

const ONE = scalarPlan(() => 1)

/** One value of each series' samples in the range. */
const range = (apply: RangeFunction, { keepsName = false } = {}): FunctionSpec =>
  define(['matrix'], 'vector', ([of], { span, keep }) => {
    const made = asType(of, 'matrix').each(apply)
    if (keepsName) return made
    return rowPlan(span, keep, (take) => made.stream(relabeled(dropName, take)))
  })

/** The same with a number that may be another one at each instant. */
const rangeWith = (apply: (window: Window, parameter: number) => number): FunctionSpec =>
  define(['scalar', 'matrix'], 'vector', ([parameter, of]) => {
    const matrix = asType(of, 'matrix')
    const number = asType(parameter, 'scalar')
    const dropName = nameDropper()
    return vectorPlan((timeMs) => {
      const wanted = number.at(timeMs)
      return distinct(
        matrix.at(timeMs).map((window) => ({
          labels: dropName(window.labels),
          value: apply(window, wanted),
        })),
      )
    })
  })

const sorted = (compare: (a: number, b: number) => number): FunctionSpec =>
  define(['vector'], 'vector', ([of]) => {
    const vector = asType(of, 'vector')
    return vectorPlan((timeMs) =>
      [...vector.at(timeMs)].sort(
        ({ value: a }, { value: b }) =>
          // What is not a number stands last either way.
          Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || compare(a, b),
      ),
    )
  })

const missing = (of: VectorPlan, matchers: readonly Matcher[] | undefined): VectorPlan => {
  const labels = matchers === undefined ? NO_LABELS : absentLabels(matchers)
  return vectorPlan((timeMs) => (of.at(timeMs).length > 0 ? [] : [{ labels, value: 1 }]))
}

/** By name. A function that is not here is refused by its name. */
export const functions: Readonly<Record<string, FunctionSpec>> = {
  rate: range(rate),
  irate: range(irate),
  increase: range(increase),
  delta: range(delta),
  idelta: range(idelta),
  deriv: range(deriv),
  changes: range(changes),
  resets: range(resets),
  avg_over_time: range(mean),
  min_over_time: range(least),
  max_over_time: range(greatest),
  sum_over_time: range(sum),
  count_over_time: range(({ from, to }) => to - from),
  last_over_time: range(last, { keepsName: true }),
  present_over_time: range(() => 1),
  stddev_over_time: range((window) => Math.sqrt(variance(window))),
  stdvar_over_time: range(variance),
  quantile_over_time: rangeWith((window, rank) => quantile(rank, window)),
  absent_over_time: define(['matrix'], 'vector', ([of]) => {
    const { each, matchers } = asType(of, 'matrix')
    return missing(
      each(() => 1),
      matchers,
    )
  }),
  abs: math(Math.abs),
  ceil: math(Math.ceil),
  floor: math(Math.floor),
  sqrt: math(Math.sqrt),
  exp: math(Math.exp),
  ln: math(Math.log),
  log2: math(Math.log2),
  log10: math(Math.log10),
  sgn: math(Math.sign),
  round: math((value, to) => Math.floor(value * (1 / to) + 0.5) / (1 / to), 1, 1),
  clamp: math(
    (value, low, high) => (high < low ? undefined : Math.max(low, Math.min(high, value))),
    2,
  ),
  clamp_min: math((value, low) => Math.max(value, low), 1),
  clamp_max: math((value, high) => Math.min(value, high), 1),
  absent: define(['vector'], 'vector', ([of]) => {
    const vector = asType(of, 'vector')
    return missing(vector, vector.selected?.matchers)
  }),
  histogram_quantile: define(['scalar', 'vector'], 'vector', ([rank, of]) =>
    planHistogramQuantile(asType(rank, 'scalar'), asType(of, 'vector')),
  ),
  label_replace: define(
    ['vector', 'string', 'string', 'string', 'string'],
    'vector',
    planLabelReplace,
  ),
  label_join: define(['vector', 'string', 'string', 'string'], 'vector', planLabelJoin, {
    optional: 1,
    isVariadic: true,
  }),
  sort: sorted(compareNumbers),
  sort_desc: sorted((a, b) => compareNumbers(b, a)),
  scalar: define(['vector'], 'scalar', ([of]) => {
    const vector = asType(of, 'vector')
    return scalarPlan((timeMs) => {
      const [only, ...others] = vector.at(timeMs)
      return only !== undefined && others.length === 0 ? only.value : Number.NaN
    })
  }),
  vector: define(['scalar'], 'vector', ([of]) => {
    const scalar = asType(of, 'scalar')
    return vectorPlan((timeMs) => [{ labels: NO_LABELS, value: scalar.at(timeMs) }])
  }),
  time: define([], 'scalar', () => scalarPlan((timeMs) => timeMs / 1_000)),
  timestamp: define(['vector'], 'vector', ([of]) => {
    const vector = asType(of, 'vector')
    const times = vector.selected?.times()
    const dropName = nameDropper()
    return vectorPlan((timeMs) =>
      distinct(
        (times ?? vector).at(timeMs).map(({ labels, value }) => ({
          labels: dropName(labels),
          value: (times === undefined ? timeMs : value) / 1_000,
        })),
      ),
    )
  }),
}
