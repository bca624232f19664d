import { METRIC_NAME } from '../../wire/labels.ts'
import { aggregations } from './aggregations.ts'
import type { Expression, Grouping, Matching, Selector, ValueType } from './ast.ts'
import { functions } from './functions.ts'
import { parseNumber, parseQueryDurationMs, parseString } from './literals.ts'
import type { MatcherText, MatchOperator } from './matchers.ts'
import { operators } from './operators.ts'
import { childNamed, type Node } from './syntax-tree.ts'

export interface ReadProblem {
  readonly from: number
  readonly message: string
}

export interface ReadExpression {
  readonly expression: Expression
  readonly type: ValueType
  /** What is outside the subset, or makes no sense. With one of them the expression is of no use. */
  readonly problems: readonly ReadProblem[]
  /** Sources of regular expressions, not compiled yet. */
  readonly regexes: ReadonlySet<string>
  readonly selectors: readonly {
    readonly from: number
    readonly matchers: readonly MatcherText[]
  }[]
}

/** `any` is the type of what was refused: it fits everywhere, so that one mistake is told once. */
interface Typed {
  readonly expression: Expression
  readonly type: ValueType | 'any'
}

const TYPE_NAMES: Readonly<Record<ValueType | 'any', string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
  any: 'nothing',
}
const REFUSED: Typed = { expression: { kind: 'number', value: Number.NaN }, type: 'any' }

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
  const selectors: { from: number; matchers: readonly MatcherText[] }[] = []
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
    VectorSelector: readSelector,
    MatrixSelector: readRange,
    OffsetExpr: readOffset,
    StepInvariantExpr: readAt,
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

  function readSelector(node: Node): Typed {
    const matchers: MatcherText[] = []
    const name = childNamed(node, 'Identifier')
    if (name !== undefined) matchers.push({ name: METRIC_NAME, operator: '=', value: name.text })
    for (const matcher of childNamed(node, 'LabelMatchers')?.children ?? []) {
      const read = readMatcher(matcher)
      if (read.name === METRIC_NAME && name !== undefined)
        return refuse(node, `metric name must not be set twice: "${name.text}" or "${read.value}"`)
      if (read.operator === '=~' || read.operator === '!~') regexes.add(read.value)
      matchers.push(read)
    }
    selectors.push({ from: node.from, matchers })
    return { expression: { kind: 'selector', matchers, offsetMs: 0 }, type: 'vector' }
  }

  function readMatcher(node: Node): MatcherText {
    const [label, operator, value] = node.children as [Node, Node?, Node?]
    // A quoted string alone is the metric's name.
    if (operator === undefined || value === undefined)
      return { name: METRIC_NAME, operator: '=', value: string(label) }
    const name = label.name === 'LabelName' ? label.text : string(label.children[0] as Node)
    return { name, operator: operator.text as MatchOperator, value: string(value) }
  }

  function readRange(node: Node): Typed {
    const [of, duration] = node.children as [Node, Node]
    if (of.name !== 'VectorSelector') return refuse(of, 'ranges only allowed for vector selectors')
    const rangeMs = readDurationMs(duration)
    if (rangeMs !== undefined && rangeMs <= 0)
      return refuse(duration, 'duration must be greater than 0')
    const { expression } = readSelector(of)
    if (expression.kind !== 'selector' || rangeMs === undefined) return REFUSED
    return { expression: { kind: 'range', selector: expression, rangeMs }, type: 'matrix' }
  }

  /** Seconds, or a duration; with a sign only where one is allowed. */
  function readDurationMs(node: Node): number | undefined {
    const text = node.text.replaceAll(/\s/g, '')
    const ms = parseQueryDurationMs(text.replace(/^[+-]/, ''))
    const seconds = ms === undefined ? parseNumber(text) : undefined
    if (ms !== undefined) return text.startsWith('-') ? -ms : ms
    if (seconds !== undefined && Number.isFinite(seconds)) return Math.round(seconds * 1_000)
    refuse(node, 'a duration such as 5m is needed; expressions of durations are not supported here')
    return undefined
  }

  function readOffset(node: Node): Typed {
    const [of, , duration] = node.children as [Node, Node, Node]
    const offsetMs = readDurationMs(duration)
    if (offsetMs === undefined) return REFUSED
    return changeSelector(of, 'offset', (selector) =>
      selector.offsetMs === 0 ? { ...selector, offsetMs } : undefined,
    )
  }

  function readAt(node: Node): Typed {
    const [of, , time] = node.children as [Node, Node, Node]
    const side = time.children[0]?.name
    const seconds = parseNumber(time.text)
    const at = side === 'AtStart' ? 'start' : side === 'AtEnd' ? 'end' : (seconds ?? 0) * 1_000
    if (typeof at === 'number' && !Number.isFinite(at))
      return refuse(time, `timestamp out of bounds for @ modifier: ${time.text}`)
    return changeSelector(of, '@', (selector) =>
      selector.at === undefined ? { ...selector, at } : undefined,
    )
  }

  /** Both stand behind a selector or its range. */
  function changeSelector(
    of: Node,
    modifier: string,
    change: (selector: Selector) => Selector | undefined,
  ): Typed {
    const typed = of.name === 'ParenExpr' ? unknownPlace : read(of)
    const { expression } = typed
    if (typed.type === 'any' && typed !== unknownPlace) return typed
    const selector = expression.kind === 'range' ? expression.selector : expression
    if (selector.kind !== 'selector')
      return refuse(
        of,
        `${modifier} modifier must be preceded by an instant vector selector or range vector selector`,
      )
    const changed = change(selector)
    if (changed === undefined) return refuse(of, `${modifier} may not be set multiple times`)
    return expression.kind === 'range'
      ? { expression: { ...expression, selector: changed }, type: 'matrix' }
      : { expression: changed, type: 'vector' }
  }

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

/** A parenthesis where a selector must stand. */
const unknownPlace: Typed = { ...REFUSED }
const GROUP_NODES = { left: 'GroupLeft', right: 'GroupRight', none: 'none' } as const

const negated = ({ expression, type }: Typed): Typed => ({
  expression: { kind: 'negation', of: expression },
  type,
})
