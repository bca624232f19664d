import { Fault } from '../../base/fault.ts'
import type { Labels } from '../../wire/labels.ts'
import type { Sample, VectorPlan } from './plan.ts'
import { indexOf, type Row, type Span, type TakeRow } from './row.ts'

/**
 * A vector that is worked out series by series while these are loaded. Whoever folds rows takes them by `stream`, before
 * the first is loaded; otherwise they are kept, for `at`.
 *
 * @param subscribe is handed the one who takes the rows
 * @param keep counts numbers that are held
 */
export function rowPlan(
  span: Span,
  keep: (numbers: number) => void,
  subscribe: (take: TakeRow) => void,
): VectorPlan & { stream(take: TakeRow): void } {
  const rows: Row[] = []
  let taker: TakeRow = (row) => {
    keep(row.values.length)
    rows.push(row)
  }
  subscribe((row) => taker(row))
  return {
    type: 'vector',
    at(timeMs) {
      const index = indexOf(span, timeMs)
      const out: Sample[] = []
      for (const { labels, values, present } of rows)
        if (present[index] === 1) out.push({ labels, value: values[index] as number })
      return out
    },
    stream(take) {
      taker = take
    },
  }
}

/**
 * Rows under other labels. No two of them may have the same ones at one instant.
 * @throws Fault `PROMQL_EXECUTION`
 */
export function relabeled(relabel: (labels: Labels) => Labels, take: TakeRow): TakeRow {
  const taken = new Map<string, Uint8Array>()
  return ({ labels: own, values, present }) => {
    const labels = relabel(own)
    const before = taken.get(labels.key)
    if (before?.some((one, i) => one === 1 && present[i] === 1)) throw sameLabels()
    taken.set(labels.key, before?.map((one, i) => one | (present[i] as number)) ?? present)
    take({ labels, values, present })
  }
}

export const sameLabels = (): Fault =>
  new Fault('PROMQL_EXECUTION', 'vector cannot contain metrics with the same labelset')
