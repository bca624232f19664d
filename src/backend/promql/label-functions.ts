import { Fault } from '../../base/fault.ts'
import { type Labels, labelsOf, labelValue, METRIC_NAME, withLabel } from '../../wire/labels.ts'
import { derived, distinct } from './derived-labels.ts'
import type { Matcher } from './matchers.ts'
import { asType, type Plan, type PlanContext, type VectorPlan, vectorPlan } from './plan.ts'

const relabel = (of: VectorPlan, make: (labels: Labels) => Labels): VectorPlan => {
  const labelsFor = derived(make)
  return vectorPlan((timeMs) =>
    distinct(of.at(timeMs).map(({ labels, value }) => ({ labels: labelsFor(labels), value }))),
  )
}

const text = (plan: Plan | undefined): string => asType(plan, 'string').value

/** `label_replace(v, "dst", "$1", "src", "(.*):.*")`: a label made of another one where the expression fits it whole. */
export function planLabelReplace(args: readonly Plan[], { regexes }: PlanContext): VectorPlan {
  const [target, replacement, source, pattern] = args.slice(1).map(text) as [
    string,
    string,
    string,
    string,
  ]
  const regex = regexes.get(pattern)
  if (regex === undefined) throw new Error('a regular expression was not compiled')
  const replace = regex.replacer(replacement)
  if (!replace.ok) throw new Fault('PROMQL_INVALID', `label_replace(): ${replace.error}`)
  const make = replace.value
  requireLabelName(target, 'label_replace')
  return relabel(asType(args[0], 'vector'), (labels) => {
    const value = labelValue(labels, source)
    return regex.matches(value) ? withLabel(labels, target, make(value)) : labels
  })
}

/** `label_join(v, "dst", "-", "a", "b")`. */
export function planLabelJoin(args: readonly Plan[]): VectorPlan {
  const [target = '', separator = '', ...sources] = args.slice(1).map(text)
  requireLabelName(target, 'label_join')
  return relabel(asType(args[0], 'vector'), (labels) =>
    withLabel(labels, target, sources.map((name) => labelValue(labels, name)).join(separator)),
  )
}

function requireLabelName(name: string, caller: string): void {
  if (name === '') throw new Fault('PROMQL_INVALID', `${caller}(): a label has a name`)
}

/** What `absent` knows of a series that is not there: the labels that the selector asks for by their value. */
export function absentLabels(matchers: readonly Matcher[]): Labels {
  const wanted = new Map<string, string>()
  const seen = new Set<string>()
  for (const { name, operator, value } of matchers) {
    if (name === METRIC_NAME) continue
    // Asked for twice, its value is not known.
    if (operator !== '=' || seen.has(name)) wanted.delete(name)
    else {
      seen.add(name)
      wanted.set(name, value)
    }
  }
  return labelsOf(wanted)
}
