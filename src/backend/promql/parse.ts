import { nearest } from '../../base/nearest.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { aggregations } from './aggregations.ts'
import type { Expression, ValueType } from './ast.ts'
import { functions } from './functions.ts'
import { compileRegexes, type MatcherText, type Regexes, toMatcher } from './matchers.ts'
import { readExpression } from './read-expression.ts'
import { regroup } from './regroup.ts'
import { firstError, readSyntaxTree } from './syntax-tree.ts'

/** A query that can be evaluated. */
export interface Query {
  readonly expression: Expression
  readonly type: ValueType
  /** The matchers of each of its selectors. */
  readonly selectors: readonly (readonly MatcherText[])[]
  /** Of its matchers and functions, compiled. */
  readonly regexes: Regexes
}

const MAX_LENGTH = 16_384

/**
 * Reads a PromQL expression of the subset that this folder's README names.
 *
 * @returns or what is wrong, in one sentence with its place (`1:5: parse error: …`), as Prometheus says it
 */
export async function parsePromql(text: string): Promise<Result<Query, string>> {
  if (text.length > MAX_LENGTH) return err(`a query has at most ${MAX_LENGTH} characters`)
  const wrong = (from: number, message: string) => err(`${place(text, from)}: ${message}`)
  const root = await readSyntaxTree(text)
  if (root === undefined) return err('the query is nested too deep')
  const error = firstError(root)
  if (error !== undefined) {
    const called = unknownFunction(text, error.from)
    if (called !== undefined) return wrong(error.from - called.length, unknownWords(called))
    return wrong(error.from, syntaxMessage(text, error.from, error.text))
  }
  const read = readExpression(regroup(root))
  const [problem] = read.problems
  if (problem !== undefined) return wrong(problem.from, `parse error: ${problem.message}`)
  const regexes = await compileRegexes(read.regexes)
  if (!regexes.ok) return err(`parse error: ${regexes.error}`)
  const empty = read.selectors.find(({ matchers }) =>
    matchers.every((matcher) => toMatcher(matcher, regexes.value).matches('')),
  )
  if (empty !== undefined)
    return wrong(
      empty.from,
      'parse error: vector selector must contain at least one non-empty matcher',
    )
  return ok({
    expression: read.expression,
    type: read.type,
    selectors: read.selectors.map(({ matchers }) => matchers),
    regexes: regexes.value,
  })
}

/** Line and column, from 1. */
function place(text: string, from: number): string {
  const before = text.slice(0, from).split('\n')
  return `${before.length}:${(before.at(-1) as string).length + 1}`
}

/** The grammar knows functions by name, so to it an unknown one is a metric before a stray bracket. */
function unknownFunction(text: string, from: number): string | undefined {
  if (text[from] !== '(') return undefined
  return /(?<![\w:])[A-Za-z_]\w*$/.exec(text.slice(0, from))?.[0]
}

function unknownWords(name: string): string {
  const meant = nearest(name, [...Object.keys(functions), ...Object.keys(aggregations)])
  const cure = meant === undefined ? '' : `; did you mean ${meant}?`
  return `parse error: unknown function with name ${JSON.stringify(name)}${cure}`
}

function syntaxMessage(text: string, from: number, seen: string): string {
  const rest = (seen === '' ? text.slice(from) : seen).trim()
  const word = /^(?:[\w:.]+|[^\w\s])/.exec(rest)?.[0]
  return `parse error: unexpected ${word === undefined ? 'end of input' : JSON.stringify(word)}`
}
