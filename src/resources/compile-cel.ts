import { messageOf } from '../base/fault.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { CelNode, CelValues } from './cel-engine.ts'

/** An expression over some variables. @returns its value, or why there is none for these: a field is missing, for example */
export type Evaluate = (values: CelValues) => Result<unknown, string>

/** Time to parse grows with the length, and depth is bounded by it. */
const MAX_LENGTH = 2_000
/** Each macro such as `exists` walks a list; more within one another would walk it too often. */
const MAX_LOOPS = 2

/** What an expression may name besides its variables: CEL's own types. */
const TYPES: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int list map null_type string timestamp type uint'.split(' '),
)

/**
 * Compiles an expression of CEL that a user wrote.
 *
 * The library is loaded with the first one: it costs 120 ms, and most resources have none.
 *
 * @param variables all that it may name
 * @returns or what is wrong with it, in one sentence
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export async function compileCel(
  source: string,
  variables: readonly string[],
): Promise<Result<Evaluate, string>> {
  if (source.length > MAX_LENGTH) return err(`an expression has at most ${MAX_LENGTH} characters`)
  const { parseCel } = await import('./cel-engine.ts')
  let parsed: ReturnType<typeof parseCel>
  let flaw: string | undefined
  try {
    parsed = parseCel(source)
    flaw = flawOf(parsed.root, { variables, knows: parsed.knows })
  } catch (error) {
    // A library of ours or the stack may give up, too; what counts is that it is no expression.
    return err(`not an expression of CEL (${briefly(messageOf(error))})`)
  }
  if (flaw !== undefined) return err(flaw)
  const { evaluate } = parsed
  return ok((values) => {
    try {
      return ok(evaluate(values))
    } catch (error) {
      return err(briefly(messageOf(error)))
    }
  })
}

/** What may stand anywhere in an expression. */
interface Scope {
  readonly variables: readonly string[]
  readonly knows: (call: string) => boolean
}

/** @param bound variables of the macros around it */
function flawOf(
  { names, calls, parts, loop }: CelNode,
  scope: Scope,
  bound: readonly string[] = [],
  loops = 0,
): string | undefined {
  const { variables, knows } = scope
  if (names !== undefined && ![...variables, ...bound].includes(names) && !TYPES.has(names))
    return `it names ${briefly(names)}, but there is only ${variables.join(', ')}; a text stands in quotes`
  if (calls !== undefined && !knows(calls)) return `there is no function ${briefly(calls)}`
  if (loop !== undefined && loops === MAX_LOOPS)
    return `it walks lists within lists more than ${MAX_LOOPS} deep`
  const inner = [...bound, ...(loop?.binds ?? [])]
  return (
    firstOf(parts, (part) => flawOf(part, scope, bound, loops)) ??
    firstOf(loop?.parts ?? [], (part) => flawOf(part, scope, inner, loops + 1))
  )
}

function firstOf<T>(list: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of list) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

const MAX_WORDS = 120

/** The parser lists everything that it would have taken. */
const briefly = (text: string): string =>
  text.length > MAX_WORDS ? `${text.slice(0, MAX_WORDS)}…` : text
