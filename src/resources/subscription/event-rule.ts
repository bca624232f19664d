import { messageOf } from '../../base/fault.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { CelNode } from './cel-engine.ts'

/** A routing rule's condition over one event. */
export interface EventRule {
  /** @returns whether it takes the event; or why nobody can say: a field is missing, or the value is no boolean */
  matches(event: object): Result<boolean, string>
}

/** Time to parse grows with the length, and depth is bounded by it. */
const MAX_LENGTH = 2_000
/** Each macro such as `exists` walks a list of the event; more within one another would walk it too often. */
const MAX_LOOPS = 2

/** What an expression may name besides `event`: CEL's own types. */
const TYPES: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int list map null_type string timestamp type uint'.split(' '),
)

/**
 * Compiles the condition of a routing rule. Numbers of an event are doubles, and compare with whole ones.
 *
 * The library is loaded with the first one: it costs 120 ms, and most subscriptions have none.
 *
 * @returns or what is wrong with it, in one sentence
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 * @see dapr `pkg/runtime/pubsub/routing.go`
 */
export async function compileEventRule(source: string): Promise<Result<EventRule, string>> {
  if (source.length > MAX_LENGTH) return err(`a rule has at most ${MAX_LENGTH} characters`)
  const { parseCel } = await import('./cel-engine.ts')
  let parsed: ReturnType<typeof parseCel>
  let flaw: string | undefined
  try {
    parsed = parseCel(source)
    flaw = flawOf(parsed.root, parsed.knows, ['event'], 0)
  } catch (error) {
    // A library of ours or the stack may give up, too; what counts is that it is no rule.
    return err(`not an expression of CEL (${briefly(messageOf(error))})`)
  }
  if (flaw !== undefined) return err(flaw)
  const { evaluate } = parsed
  return ok({
    matches(event) {
      try {
        const value = evaluate(event)
        return typeof value === 'boolean' ? ok(value) : err('it yields no true or false')
      } catch (error) {
        return err(briefly(messageOf(error)))
      }
    },
  })
}

function flawOf(
  node: CelNode,
  knows: (call: string) => boolean,
  variables: readonly string[],
  loops: number,
): string | undefined {
  const { names, calls, parts, loop } = node
  if (names !== undefined && !variables.includes(names) && !TYPES.has(names))
    return `it names ${briefly(names)}, but there is only event; a text stands in quotes`
  if (calls !== undefined && !knows(calls)) return `there is no function ${briefly(calls)}`
  if (loop !== undefined && loops === MAX_LOOPS)
    return `it walks lists within lists more than ${MAX_LOOPS} deep`
  const inner = [...variables, ...(loop?.binds ?? [])]
  return (
    firstOf(parts, (part) => flawOf(part, knows, variables, loops)) ??
    firstOf(loop?.parts ?? [], (part) => flawOf(part, knows, inner, loops + 1))
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
