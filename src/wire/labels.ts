/** Of one label: `['app_id', 'checkout']`. */
export type LabelPair = readonly [name: string, value: string]

/** What tells one series from another. Never changed: whoever needs others makes new ones. */
export interface Labels {
  /** Equal for equal labels, and only for these. */
  readonly key: string
  /** Sorted by name, each name once, no empty value: Prometheus takes an empty label for none. */
  readonly pairs: readonly LabelPair[]
}

/** The label that holds a metric's name. */
export const METRIC_NAME = '__name__'

/** @param pairs in any order; of two with one name the last counts */
export function labelsOf(pairs: Iterable<LabelPair>): Labels {
  const sorted = [...pairs].sort(byName)
  return ofSorted(sorted.filter(([name, value], i) => value !== '' && sorted[i + 1]?.[0] !== name))
}

const byName = ([a]: LabelPair, [b]: LabelPair): number => (a < b ? -1 : a > b ? 1 : 0)

const ofSorted = (pairs: readonly LabelPair[]): Labels => ({ key: JSON.stringify(pairs), pairs })

/** The same, holding on to nothing else: a piece of a text keeps the whole text alive. */
export const ownLabels = ({ key }: Labels): Labels => ({
  key,
  pairs: JSON.parse(key) as readonly LabelPair[],
})

export const NO_LABELS: Labels = labelsOf([])

/** Empty when there is none. */
export function labelValue({ pairs }: Labels, name: string): string {
  for (const [own, value] of pairs) if (own === name) return value
  return ''
}

export const keepLabels = ({ pairs }: Labels, names: ReadonlySet<string>): Labels =>
  ofSorted(pairs.filter(([name]) => names.has(name)))

export const dropLabels = ({ pairs }: Labels, names: ReadonlySet<string>): Labels =>
  ofSorted(pairs.filter(([name]) => !names.has(name)))

/** An empty value takes the label away. */
export const withLabel = ({ pairs }: Labels, name: string, value: string): Labels =>
  labelsOf([...pairs, [name, value]])

/** Order of Prometheus' answers: name by name, value by value, the shorter first. */
export function compareLabels(a: Labels, b: Labels): number {
  const shared = Math.min(a.pairs.length, b.pairs.length)
  for (let i = 0; i < shared; i++) {
    const [nameA, valueA] = a.pairs[i] as LabelPair
    const [nameB, valueB] = b.pairs[i] as LabelPair
    if (nameA !== nameB) return nameA < nameB ? -1 : 1
    if (valueA !== valueB) return valueA < valueB ? -1 : 1
  }
  return a.pairs.length - b.pairs.length
}
