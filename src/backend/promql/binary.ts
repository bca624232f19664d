import type { Binary } from './ast.ts'
import { distinct, nameDropper } from './derived-labels.ts'
import { matchSets, matchVectors } from './match-vectors.ts'
import { type Combine, operators } from './operators.ts'
import { asType, type Plan, type Sample, scalarPlan, vectorPlan } from './plan.ts'

export function planBinary(expression: Binary, left: Plan, right: Plan): Plan {
  const { operator, isBool, matching } = expression
  const spec = operators[operator]
  if (spec === undefined) throw new Error(`no operator ${operator}`)
  if (spec.kind === 'set')
    return matchSets(operator, asType(left, 'vector'), asType(right, 'vector'), matching.on)
  const keepsName = spec.kind === 'comparison' && !isBool
  if (left.type === 'scalar' && right.type === 'scalar') {
    // Between numbers a comparison is always a bool one.
    const apply = spec.kind === 'arithmetic' ? spec.apply : asNumber(spec.holds)
    return scalarPlan((timeMs) => apply(left.at(timeMs), right.at(timeMs)))
  }
  const combine: Combine =
    spec.kind === 'arithmetic'
      ? spec.apply
      : isBool
        ? asNumber(spec.holds)
        : (a, b) => (spec.holds(a, b) ? a : undefined)
  if (left.type === 'vector' && right.type === 'vector')
    return matchVectors(combine, left, right, { matching, keepsName })
  const vector = asType(left.type === 'vector' ? left : right, 'vector')
  const scalar = asType(left.type === 'vector' ? right : left, 'scalar')
  const isVectorLeft = vector === left
  const dropName = nameDropper()
  return vectorPlan((timeMs) => {
    const number = scalar.at(timeMs)
    const out: Sample[] = []
    for (const sample of vector.at(timeMs)) {
      const made = isVectorLeft ? combine(sample.value, number) : combine(number, sample.value)
      if (made === undefined) continue
      // What a filter lets through is the vector's value, also when it stands on the right.
      if (keepsName) out.push(sample)
      else out.push({ labels: dropName(sample.labels), value: made })
    }
    return keepsName ? out : distinct(out)
  })
}

const asNumber =
  (holds: (a: number, b: number) => boolean) =>
  (a: number, b: number): number =>
    holds(a, b) ? 1 : 0
