import type { Node } from './syntax-tree.ts'

/** Later lines bind tighter. Only powers group from the right. */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['Or'],
  ['And', 'Unless'],
  ['Eql', 'Neq', 'Gtr', 'Lss', 'Gte', 'Lte', 'TrimUpper', 'TrimLower'],
  ['Add', 'Sub'],
  ['Mul', 'Div', 'Mod', 'Atan2'],
  ['Pow'],
]
const POWER = PRECEDENCE.length - 1
/** Stand behind what they change. */
const POSTFIXES: ReadonlySet<string> = new Set([
  'MatrixSelector',
  'SubqueryExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
])

/** A chain of operators in the order of the text. */
type Link =
  | { readonly kind: 'operand'; readonly node: Node }
  | { readonly kind: 'sign'; readonly node: Node }
  /** The operator, and its modifiers behind it. */
  | { readonly kind: 'operator'; readonly nodes: readonly Node[] }

/**
 * Groups operators as Prometheus does. The grammar is an editor's: it takes the `offset` of `a + b offset 1m` for
 * one of the sum, and the sign of `-1 ^ 2` for one of the number.
 */
export function regroup(node: Node): Node {
  const links = flatten(node)
  if (links.length > 1) return group(links)
  const [only] = links
  return only?.kind === 'operand' ? only.node : node
}

function flatten(node: Node): Link[] {
  const [first, ...rest] = node.children
  if (node.name === 'BinaryExpr' && first !== undefined)
    return [
      ...flatten(first),
      { kind: 'operator', nodes: rest.slice(0, -1) },
      ...flatten(rest.at(-1) as Node),
    ]
  if (node.name === 'UnaryExpr' && first !== undefined)
    return [{ kind: 'sign', node: first }, ...flatten(rest[0] as Node)]
  if (POSTFIXES.has(node.name) && first !== undefined) {
    const links = flatten(first)
    const last = links.pop() as Extract<Link, { kind: 'operand' }>
    const { from } = last.node
    return [...links, { kind: 'operand', node: { ...node, from, children: [last.node, ...rest] } }]
  }
  if (node.name === 'NumberDurationLiteral' && /^[+-]/.test(node.text)) {
    const text = node.text.slice(1).trim()
    return [
      { kind: 'sign', node: { ...node, name: 'UnaryOp', text: node.text[0] as string } },
      {
        kind: 'operand',
        node: { ...node, text, from: node.from + node.text.length - text.length },
      },
    ]
  }
  return [{ kind: 'operand', node: { ...node, children: node.children.map(regroup) } }]
}

/** Precedence climbing. */
function group(links: readonly Link[]): Node {
  let next = 0
  const climb = (least: number): Node => {
    let left = operand()
    for (;;) {
      const link = links[next]
      if (link?.kind !== 'operator') return left
      const [operator] = link.nodes as [Node]
      const level = PRECEDENCE.findIndex((names) => names.includes(operator.name))
      if (level < least) return left
      next++
      const right = climb(level === POWER ? level : level + 1)
      left = { ...left, name: 'BinaryExpr', children: [left, ...link.nodes, right] }
    }
  }
  const operand = (): Node => {
    const link = links[next++] as Exclude<Link, { kind: 'operator' }>
    if (link.kind === 'operand') return link.node
    // A sign binds less than a power and more than everything else.
    return { ...link.node, name: 'UnaryExpr', children: [link.node, climb(POWER)] }
  }
  return climb(0)
}
