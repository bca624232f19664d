import { planAggregation } from './aggregations.ts'
import type { Expression } from './ast.ts'
import { planBinary } from './binary.ts'
import { distinct, nameDropper } from './derived-labels.ts'
import { functions } from './functions.ts'
import { known } from './known.ts'
import { asType, type Plan, scalarPlan, vectorPlan } from './plan.ts'
import { planRange, planSelector, type SelectorSettings } from './selectors.ts'

/** Makes of an expression what can be asked at an instant. */
export function planExpression(expression: Expression, settings: SelectorSettings): Plan {
  const plan = (part: Expression): Plan => planExpression(part, settings)
  switch (expression.kind) {
    case 'number': {
      const { value } = expression
      return scalarPlan(() => value)
    }
    case 'string':
      return { type: 'string', value: expression.value }
    case 'selector':
      return planSelector(expression, settings)
    case 'range':
      return planRange(expression, settings)
    case 'call':
      return known(functions, expression.name).plan(expression.args.map(plan), settings)
    case 'aggregation':
      return planAggregation(
        expression.name,
        expression.grouping,
        asType(plan(expression.of), 'vector'),
        expression.parameter === undefined
          ? scalarPlan(() => Number.NaN)
          : asType(plan(expression.parameter), 'scalar'),
        settings,
      )
    case 'binary':
      return planBinary(expression, plan(expression.left), plan(expression.right))
    case 'negation':
      return negate(plan(expression.of))
  }
}

function negate(of: Plan): Plan {
  if (of.type === 'scalar') return scalarPlan((timeMs) => -of.at(timeMs))
  const vector = asType(of, 'vector')
  const dropName = nameDropper()
  return vectorPlan((timeMs) =>
    distinct(
      vector.at(timeMs).map(({ labels, value }) => ({ labels: dropName(labels), value: -value })),
    ),
  )
}
