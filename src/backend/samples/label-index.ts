import { type Labels, labelValue } from '../../wire/labels.ts'
import type { Matcher } from '../promql/matchers.ts'

/** Series found by their labels. */
export interface LabelIndex<S extends { readonly labels: Labels }> {
  add(series: S): void
  remove(series: S): void
  /** Every series that all matchers accept, in the order in which they came. */
  find(matchers: readonly Matcher[]): Iterable<S>
}

export function createLabelIndex<S extends { readonly labels: Labels }>(): LabelIndex<S> {
  const all = new Set<S>()
  /** By name, then by value. */
  const postings = new Map<string, Map<string, Set<S>>>()
  const setOf = (name: string, value: string): Set<S> => {
    const values = postings.get(name) ?? new Map<string, Set<S>>()
    const set = values.get(value) ?? new Set()
    postings.set(name, values.set(value, set))
    return set
  }
  return {
    add(series) {
      all.add(series)
      for (const [name, value] of series.labels.pairs) setOf(name, value).add(series)
    },
    remove(series) {
      all.delete(series)
      for (const [name, value] of series.labels.pairs) {
        const set = setOf(name, value)
        set.delete(series)
        if (set.size === 0) postings.get(name)?.delete(value)
        if (postings.get(name)?.size === 0) postings.delete(name)
      }
    },
    *find(matchers) {
      const tests = matchers.map(rememberValues)
      for (const series of [...fewest(matchers)])
        if (tests.every((accepts) => accepts(series.labels))) yield series
    },
  }

  /** Candidates: those of the equality that has the fewest. */
  function fewest(matchers: readonly Matcher[]): ReadonlySet<S> {
    let best: ReadonlySet<S> = all
    for (const { name, operator, value } of matchers) {
      if (operator !== '=' || value === '') continue
      const set = postings.get(name)?.get(value) ?? new Set<S>()
      if (set.size < best.size) best = set
    }
    return best
  }
}

/** Asks a matcher once for each value: expressions cost more than a look-up. */
function rememberValues(matcher: Matcher): (labels: Labels) => boolean {
  const known = new Map<string, boolean>()
  return (labels) => {
    const value = labelValue(labels, matcher.name)
    const accepted = known.get(value) ?? matcher.matches(value)
    known.set(value, accepted)
    return accepted
  }
}
