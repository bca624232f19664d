import { aggregations } from './aggregations.ts'
import type { Expression, Grouping, Matching, ValueType } from './ast.ts'
import { functions } from './functions.ts'
import { parseNumber, parseString } from './literals.ts'
import { operators } from './operators.ts'
import { REFUSED, type ReadProblem, type ReadSelector, type Typed } from './read-context.ts'
import { selectorReaders } from './read-selector.ts'
import { childNamed, type Node } from './syntax-tree.ts'

export interface ReadExpression {
  readonly expression: Expression
  readonly type: ValueType
  /** What is outside the subset, or makes no sense. With one of them the expression is of no use. */
  readonly problems: readonly ReadProblem[]
  /** Sources of regular expressions, not compiled yet. */
  readonly regexes: ReadonlySet<string>
  readonly selectors: readonly ReadSelector[]
}

const TYPE_NAMES: Readonly<Record<ValueType | 'any', string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
  any: 'nothing',
}

/** Constructs of the grammar that are outside the subset. */
const OUTSIDE: Readonly<Record<string, string>> = {
  SubqueryExpr: 'subqueries are not supported here',
  AnchoredExpr: 'the modifier anchored is not supported here',
  SmoothedExpr: 'the modifier smoothed is not supported here',
}

/** Turns the grammar's tree, free of syntax errors and regrouped, into ours. */
export function readExpression(root: Node): ReadExpression {
  const problems: ReadProblem[] = []
  const regexes = new Set<string>()
  const selectors: ReadSelector[] = []
  const refuse = (node: Node, message: string): Typed => {
    problems.push({ from: node.from, message })
    return REFUSED
  }

  function read(node: Node): Typed {
    const outside = OUTSIDE[node.name]
    if (outside !== undefined) return refuse(node, outside)
    return (readers[node.name] ?? unknown)(node)
  }

  const unknown = (node: Node): Typed => refuse(node, `${node.name} is not supported here`)

  const readers: Readonly<Record<string, (node: Node) => Typed>> = {
    PromQL: (node) => read(node.children[0] as Node),
    ParenExpr: (node) => read(node.children[0] as Node),
    NumberDurationLiteral: readNumber,
    StringLiteral: (node) => ({
      expression: { kind: 'string', value: string(node) },
      type: 'string',
    }),
    UnaryExpr: readUnary,
    BinaryExpr: readBinary,
    ...selectorReaders({ read, refuse, string, regexes, selectors }),
    FunctionCall: readCall,
    AggregateExpr: readAggregation,
  }

  function readNumber(node: Node): Typed {
    const value = parseNumber(node.text)
    if (value === undefined) return refuse(node, `bad number or duration syntax: ${node.text}`)
    return { expression: { kind: 'number', value }, type: 'scalar' }
  }

  function string(node: Node): string {
    const value = parseString(node.text)
    if (value === undefined) refuse(node, 'a string that does not end, or has an unknown escape')
    return value ?? ''
  }

  function expect(node: Node, types: readonly ValueType[], where: string): Typed {
    const typed = read(node)
    if (typed.type === 'any' || types.includes(typed.type)) return typed
    const wanted = types.map((type) => TYPE_NAMES[type]).join(' or ')
    return refuse(node, `expected type ${wanted} in ${where}, got ${TYPE_NAMES[typed.type]}`)
  }

  function readUnary(node: Node): Typed {
    const [sign, of] = node.children as [Node, Node]
    const typed = expect(of, ['scalar', 'vector'], 'unary expression')
    return sign.text === '+' ? typed : negated(typed)
  }

  function readBinary(node: Node): Typed {
    const first = node.children[0] as Node
    const sign = (node.children[1] as Node).text.toLowerCase()
    const spec = operators[sign]
    if (spec === undefined) return refuse(node, `the operator ${sign} is not supported here`)
    const fill = childNamed(node, 'FillModifier')
    if (fill !== undefined) return refuse(fill, 'the modifier fill is not supported here')
    const sides = spec.kind === 'set' ? (['vector'] as const) : (['scalar', 'vector'] as const)
    const where = spec.kind === 'set' ? `the set operator ${sign}` : 'a binary expression'
    const left = expect(first, sides, where)
    const right = expect(node.children.at(-1) as Node, sides, where)
    const isBool = childNamed(node, 'BoolModifier') !== undefined
    const isBetweenVectors = left.type !== 'scalar' && right.type !== 'scalar'
    const isBetweenScalars = left.type === 'scalar' && right.type === 'scalar'
    if (isBool && spec.kind !== 'comparison')
      return refuse(node, 'bool modifier can only be used on comparison operators')
    if (spec.kind === 'comparison' && isBetweenScalars && !isBool)
      return refuse(node, 'comparisons between scalars must use BOOL modifier')
    const clause = childNamed(node, 'MatchingModifierClause')
    if (clause !== undefined && !isBetweenVectors)
      return refuse(clause, 'vector matching only allowed between instant vectors')
    const matching = readMatching(clause)
    if (spec.kind === 'set' && matching.many !== 'none')
      return refuse(node, `no grouping allowed for "${sign}" operation`)
    const twice = matching.include.find((label) => matching.on.labels.includes(label))
    if (clause !== undefined && matching.on.mode === 'by' && twice !== undefined)
      return refuse(clause, `label "${twice}" must not occur in ON and GROUP clause at once`)
    return {
      expression: {
        kind: 'binary',
        operator: sign,
        left: left.expression,
        right: right.expression,
        isBool,
        matching,
      },
      type: isBetweenScalars ? 'scalar' : 'vector',
    }
  }

  function readMatching(clause: Node | undefined): Matching {
    if (clause === undefined)
      return { on: { mode: 'without', labels: [] }, many: 'none', include: [] }
    const mode = childNamed(clause, 'On') === undefined ? 'without' : 'by'
    const [on, include] = clause.children.filter(({ name }) => name === 'GroupingLabels')
    const many = ['left', 'right', 'none'] as const
    return {
      on: { mode, labels: readLabels(on) },
      many: many.find((side) => childNamed(clause, GROUP_NODES[side]) !== undefined) ?? 'none',
      include: readLabels(include),
    }
  }

  const readLabels = (node: Node | undefined): string[] =>
    (node?.children ?? []).map((label) =>
      label.name === 'QuotedLabelName' ? string(label.children[0] as Node) : label.text,
    )

  function readCall(node: Node): Typed {
    const [identifier, body] = node.children as [Node, Node]
    const name = identifier.text
    const spec = functions[name]
    if (spec === undefined) return refuse(node, `the function ${name}() is not supported here`)
    const given = body.children
    const least = spec.args.length - spec.optional
    if (given.length < least || (given.length > spec.args.length && !spec.isVariadic)) {
      const bound = spec.isVariadic || spec.optional > 0 ? 'at least ' : ''
      return refuse(
        node,
        `expected ${bound}${least} argument(s) in call to "${name}", got ${given.length}`,
      )
    }
    const args = given.map((arg, index) => {
      const wanted = spec.args[Math.min(index, spec.args.length - 1)] as ValueType
      return expect(arg, [wanted], `call to function "${name}"`).expression
    })
    const pattern = name === 'label_replace' ? args[4] : undefined
    if (pattern?.kind === 'string') regexes.add(pattern.value)
    return { expression: { kind: 'call', name, args }, type: spec.returns }
  }

  function readAggregation(node: Node): Typed {
    const name = (node.children[0] as Node).text.toLowerCase()
    const spec = aggregations[name]
    if (spec === undefined) return refuse(node, `the aggregation ${name} is not supported here`)
    const given = childNamed(node, 'FunctionCallBody')?.children ?? []
    const wanted = spec.hasParameter ? 2 : 1
    if (given.length !== wanted)
      return refuse(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${given.length}`,
      )
    const modifier = childNamed(node, 'AggregateModifier')
    const grouping: Grouping =
      modifier === undefined
        ? { mode: 'by', labels: [] }
        : {
            mode: childNamed(modifier, 'Without') === undefined ? 'by' : 'without',
            labels: readLabels(childNamed(modifier, 'GroupingLabels')),
          }
    const of = expect(given.at(-1) as Node, ['vector'], 'aggregation expression').expression
    if (!spec.hasParameter)
      return { expression: { kind: 'aggregation', name, grouping, of }, type: 'vector' }
    const parameter = expect(given[0] as Node, ['scalar'], 'aggregation parameter').expression
    return { expression: { kind: 'aggregation', name, grouping, parameter, of }, type: 'vector' }
  }

  const { expression, type } = read(root)
  return { expression, type: type === 'any' ? 'scalar' : type, problems, regexes, selectors }
}

const GROUP_NODES = { left: 'GroupLeft', right: 'GroupRight', none: 'none' } as const

const negated = ({ expression, type }: Typed): Typed => ({
  expression: { kind: 'negation', of: expression },
  type,
})
