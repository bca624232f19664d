import type { SyntaxNode } from '@lezer/common'

/** One node of Prometheus' own grammar, with the text that it stands for. */
export interface Node {
  readonly name: string
  readonly text: string
  /** Index of its first character. */
  readonly from: number
  /** Comments left out. */
  readonly children: readonly Node[]
}

/** `⚠` is a node that the grammar has no place for, or that is missing. */
export const ERROR_NODE = '⚠'

/** Nested deeper than people nest, and less deep than the stack. */
const MAX_DEPTH = 200

/**
 * The grammar is loaded with the first query: it costs 20 ms, and most backends are asked none.
 *
 * @returns the expression; `undefined` when it is nested too deep
 */
export async function readSyntaxTree(text: string): Promise<Node | undefined> {
  const { parseGrammar } = await import('./grammar.ts')
  let isTooDeep = false
  const toNode = (node: SyntaxNode, depth: number): Node => {
    const children: Node[] = []
    if (depth > MAX_DEPTH) isTooDeep = true
    else
      for (let child = node.firstChild; child !== null; child = child.nextSibling)
        if (child.name !== 'LineComment') children.push(toNode(child, depth + 1))
    return { name: node.name, text: text.slice(node.from, node.to), from: node.from, children }
  }
  const root = toNode(parseGrammar(text), 0)
  return isTooDeep ? undefined : root
}

/** The first place that the grammar does not understand. */
export function firstError(node: Node): Node | undefined {
  if (node.name === ERROR_NODE) return node
  for (const child of node.children) {
    const error = firstError(child)
    if (error !== undefined) return error
  }
  return undefined
}

export const childNamed = (node: Node, name: string): Node | undefined =>
  node.children.find((child) => child.name === name)
