import { messageOf } from '../../base/fault.ts'
import { err, ok, type Result } from '../../base/result.ts'

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

const MAX_LENGTH = 1_000
/** A right condition gives a truth value for one of them at least, whatever it divides by. */
const SAMPLES = [7, 1, 0]

/**
 * Compiles the `trip` of a circuit breaker, CEL over the fields of {@link BreakerCounts}.
 *
 * The library is loaded with the first one: most sidecars have none.
 *
 * @returns or what is wrong with it, in one sentence
 * @see dapr `pkg/resiliency/breaker/circuitbreaker.go`
 */
export async function compileTrip(source: string | undefined): Promise<Result<Trip, string>> {
  if (source === undefined) return ok(tripByDefault)
  if (source.length > MAX_LENGTH) return err(`a condition has at most ${MAX_LENGTH} characters`)
  const { planTrip } = await import('./cel-engine.ts')
  let evaluate: ReturnType<typeof planTrip>
  try {
    evaluate = planTrip(source)
  } catch (error) {
    return err(`not a condition of CEL: ${messageOf(error)}`)
  }
  const values: unknown[] = []
  let flaw = ''
  for (const sample of SAMPLES)
    try {
      values.push(evaluate(toCel(uniform(sample))))
    } catch (error) {
      flaw = messageOf(error)
    }
  if (values.length === 0)
    return err(`not a condition over ${Object.keys(uniform(0)).join(', ')}: ${flaw}`)
  if (values.some((value) => typeof value !== 'boolean'))
    return err('a condition is needed, such as consecutiveFailures >= 5')
  return ok((counts) => {
    try {
      return evaluate(toCel(counts)) === true
    } catch {
      return false
    }
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
