import type { MetricDefinition, MetricView, Write } from './metrics.ts'

export type LabelValues = Readonly<Record<string, string>>

/** A metric with an open label has so many series at most; what comes then is recorded under {@link OVERFLOW}. */
export const MAX_SERIES = 1_000
export const OVERFLOW = '{overflow}'

/**
 * The series of one metric, each made once: labels as the view's rules rewrite them, in the order of the catalogue,
 * and not more than memory can take. With a series come those of the other values of its closed labels: the first
 * failure of a store is counted from 0, since its calls were.
 *
 * @param make opens the series of one set of labels
 * @param folded told of each sample that found no room
 */
export function createSeriesTable(
  definition: MetricDefinition,
  view: MetricView,
  make: (labels: LabelValues) => Write,
  folded: () => void,
): (labels: LabelValues) => Write {
  const { openLabel } = definition
  const held = new Map<string, Write>()

  const seriesOf = (labels: LabelValues): Write => {
    const key = definition.labels.map((name) => labels[name]).join('\0')
    const known = held.get(key)
    if (known !== undefined) return known
    if (openLabel !== undefined && labels[openLabel] !== OVERFLOW && held.size >= MAX_SERIES) {
      const overflow = seriesOf({ ...labels, [openLabel]: OVERFLOW })
      return (value, seen) => {
        folded()
        overflow(value, seen)
      }
    }
    const write = make(labels)
    held.set(key, write)
    return write
  }
  const { rewrites } = view
  const rewritten = (values: LabelValues): LabelValues =>
    Object.fromEntries(
      definition.labels.map((name) => {
        const value = values[name] ?? ''
        return [name, rewrites?.get(name)?.(value) ?? value]
      }),
    )
  const withSiblings = (values: LabelValues): Write => {
    const before = held.size
    const write = seriesOf(rewritten(values))
    if (definition.closed !== undefined && held.size > before)
      for (const sibling of closedLabels(definition, values)) seriesOf(rewritten(sibling))
    return write
  }
  for (const labels of closedLabels(definition, {})) seriesOf(rewritten(labels))
  return withSiblings
}

/** Every value of each closed label, with the values that the others have; none as long as one of those is not known. */
function closedLabels({ labels, closed }: MetricDefinition, known: LabelValues): LabelValues[] {
  if (closed === undefined) return []
  return labels.reduce<LabelValues[]>(
    (sets, name) => {
      const values = closed[name] ?? [known[name]].filter((value) => value !== undefined)
      return sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value })))
    },
    [{}],
  )
}
