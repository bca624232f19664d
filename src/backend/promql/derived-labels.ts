import { dropLabels, type Labels, METRIC_NAME } from '../../wire/labels.ts'
import type { Sample } from './plan.ts'
import { sameLabels } from './row-plan.ts'

/** Labels made of others, each once a query: an expression is evaluated at thousands of instants. */
export function derived<T>(make: (labels: Labels) => T): (labels: Labels) => T {
  const made = new Map<string, T>()
  return (labels) => {
    let value = made.get(labels.key)
    if (value === undefined) {
      value = make(labels)
      made.set(labels.key, value)
    }
    return value
  }
}

const NAME_ONLY: ReadonlySet<string> = new Set([METRIC_NAME])

/** A value that was computed is no longer that metric. */
export const dropName = (labels: Labels): Labels => dropLabels(labels, NAME_ONLY)

/** The same, for those who ask at each instant. */
export const nameDropper = (): ((labels: Labels) => Labels) => derived(dropName)

/**
 * The samples, when each has labels of its own. Whatever takes labels away may make two series equal.
 * @throws Fault `PROMQL_EXECUTION`
 */
export function distinct(samples: readonly Sample[]): readonly Sample[] {
  const seen = new Set<string>()
  for (const { labels } of samples) seen.add(labels.key)
  if (seen.size === samples.length) return samples
  throw sameLabels()
}
