import type { Expression, ValueType } from './ast.ts'
import type { MatcherText } from './matchers.ts'
import type { Node } from './syntax-tree.ts'

/** What is outside the subset, or makes no sense, and where. */
export interface ReadProblem {
  readonly from: number
  readonly message: string
}

/** `any` is the type of what was refused: it fits everywhere, so that one mistake is told once. */
export interface Typed {
  readonly expression: Expression
  readonly type: ValueType | 'any'
}

export const REFUSED: Typed = { expression: { kind: 'number', value: Number.NaN }, type: 'any' }

/** A selector as it was found. */
export interface ReadSelector {
  readonly from: number
  readonly matchers: readonly MatcherText[]
}

/** What the readers of single constructs share. */
export interface ReadContext {
  read(node: Node): Typed
  /** Notes the problem; reading goes on. */
  refuse(node: Node, message: string): Typed
  /** Of a literal; one that is none is refused. */
  string(node: Node): string
  /** Collects the sources of regular expressions. */
  readonly regexes: Set<string>
  /** Collects the selectors. */
  readonly selectors: ReadSelector[]
}
