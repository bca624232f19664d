import { err, ok, type Result } from '../../base/result.ts'
import { compileCel } from '../compile-cel.ts'

/** What a breaker counts: since it was closed, or since its interval began. */
export interface BreakerCounts {
  readonly requests: number
  readonly totalSuccesses: number
  readonly totalFailures: number
  readonly consecutiveSuccesses: number
  readonly consecutiveFailures: number
}

/** Whether the breaker opens. A condition that fails, a division by zero for example, says no, as in Dapr. */
export type Trip = (counts: BreakerCounts) => boolean

const tripByDefault: Trip = ({ consecutiveFailures }) => consecutiveFailures > 5

/** A right condition gives a truth value for one of them at least, whatever it divides by. */
const SAMPLES = [7, 1, 0]

/**
 * Compiles the `trip` of a circuit breaker, CEL over the fields of {@link BreakerCounts}.
 *
 * @returns or what is wrong with it, in one sentence
 * @see dapr `pkg/resiliency/breaker/circuitbreaker.go`
 */
export async function compileTrip(source: string | undefined): Promise<Result<Trip, string>> {
  if (source === undefined) return ok(tripByDefault)
  const compiled = await compileCel(source, Object.keys(uniform(0)))
  if (!compiled.ok) return compiled
  const evaluate = (counts: BreakerCounts) => compiled.value(toCel(counts))
  const answers = SAMPLES.map((sample) => evaluate(uniform(sample)))
  const values = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  const [first] = answers
  if (values.length === 0 && first?.ok === false) return err(`it has no value: ${first.error}`)
  if (values.some((value) => typeof value !== 'boolean'))
    return err('a condition is needed, such as consecutiveFailures >= 5')
  return ok((counts) => {
    const answer = evaluate(counts)
    return answer.ok && answer.value === true
  })
}

const uniform = (n: number): BreakerCounts => ({
  requests: n,
  totalSuccesses: n,
  totalFailures: n,
  consecutiveSuccesses: n,
  consecutiveFailures: n,
})

/** CEL's integers have 64 bits. */
const toCel = (counts: BreakerCounts) => ({
  requests: BigInt(counts.requests),
  totalSuccesses: BigInt(counts.totalSuccesses),
  totalFailures: BigInt(counts.totalFailures),
  consecutiveSuccesses: BigInt(counts.consecutiveSuccesses),
  consecutiveFailures: BigInt(counts.consecutiveFailures),
})
