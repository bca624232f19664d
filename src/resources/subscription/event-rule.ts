import { err, ok, type Result } from '../../base/result.ts'
import { compileCel } from '../compile-cel.ts'

/** A routing rule's condition over one event. */
export interface EventRule {
  /** @returns whether it takes the event; or why nobody can say: a field is missing, or the value is no boolean */
  matches(event: object): Result<boolean, string>
}

/**
 * Compiles the condition of a routing rule, CEL over `event`. Numbers of an event are doubles, and compare with
 * whole ones.
 *
 * @returns or what is wrong with it, in one sentence
 * @see dapr `pkg/runtime/pubsub/routing.go`
 */
export async function compileEventRule(source: string): Promise<Result<EventRule, string>> {
  const compiled = await compileCel(source, ['event'])
  if (!compiled.ok) return compiled
  return ok({
    matches(event) {
      const answer = compiled.value({ event })
      if (!answer.ok) return answer
      return typeof answer.value === 'boolean'
        ? ok(answer.value)
        : err('it yields no true or false')
    },
  })
}
