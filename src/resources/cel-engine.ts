import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel'

/** A file of its own, so that the library is loaded with the first expression only. */
const env = celEnv()

type Parsed = ReturnType<typeof parse>
type Expr = Parsed['expr']

/** Values of the variables: JSON, with a bigint for what is whole. */
export type CelValues = Readonly<Record<string, unknown>>

/** One part of an expression: what it names, what it calls, and its own parts. */
export interface CelNode {
  readonly names: string | undefined
  readonly calls: string | undefined
  readonly parts: readonly CelNode[]
  /** Of a macro such as `exists`: run once for each element, and the variables known there only. */
  readonly loop:
    | { readonly binds: readonly string[]; readonly parts: readonly CelNode[] }
    | undefined
}

/** @throws Error with the place, when the text is no expression */
export function parseCel(source: string): {
  readonly root: CelNode
  readonly knows: (call: string) => boolean
  readonly evaluate: (values: CelValues) => unknown
} {
  const { expr } = parse(source)
  const run = plan(env, expr)
  return {
    root: nodeOf(expr),
    knows: (call) => OPERATORS.has(call) || env.funcs.find(call) !== undefined,
    evaluate(values) {
      const value = run(values as Readonly<Record<string, CelInput>>)
      if (isCelError(value)) throw value
      return value
    },
  }
}

/** Built into the planner. */
const OPERATORS: ReadonlySet<string> = new Set([
  '_?_:_',
  '_&&_',
  '_||_',
  '_[_]',
  '@not_strictly_false',
])

const none: CelNode = { names: undefined, calls: undefined, parts: [], loop: undefined }
const nodesOf = (list: readonly (Expr | undefined)[]): CelNode[] =>
  list.flatMap((each) => (each === undefined ? [] : nodeOf(each)))

function nodeOf({ exprKind: { case: kind, value } }: Expr): CelNode {
  switch (kind) {
    case 'identExpr':
      return { ...none, names: value.name }
    case 'selectExpr':
      return { ...none, parts: nodesOf([value.operand]) }
    case 'callExpr':
      return { ...none, calls: value.function, parts: nodesOf([value.target, ...value.args]) }
    case 'listExpr':
      return { ...none, parts: nodesOf(value.elements) }
    case 'structExpr':
      return {
        ...none,
        parts: nodesOf(
          value.entries.flatMap(({ keyKind, value: item }) => [
            keyKind.case === 'mapKey' ? keyKind.value : undefined,
            item,
          ]),
        ),
      }
    case 'comprehensionExpr':
      return {
        ...none,
        parts: nodesOf([value.iterRange]),
        loop: {
          binds: [value.iterVar, value.iterVar2, value.accuVar],
          parts: nodesOf([value.accuInit, value.loopCondition, value.loopStep, value.result]),
        },
      }
    default:
      return none
  }
}
