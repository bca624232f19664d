import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { BreakerCounts, BreakerPolicy, Trip } from '../../resources/index.ts'

export type BreakerState = 'closed' | 'half-open' | 'open'

/** Refuses calls of what keeps failing, and lets a few through after a while to see whether it is well again. */
export interface Breaker {
  state(): BreakerState
  /**
   * Lets a call through; how it went is told by the function returned: `undefined` when nobody can say, since the
   * caller left. What was begun in an earlier state counts no more.
   *
   * @param onChange is told the state that this call has brought about
   * @throws Fault `BREAKER_OPEN`, `BREAKER_BUSY`
   */
  enter(onChange: OnChange): (success: boolean | undefined) => void
}

type OnChange = (state: BreakerState) => void

/** Dapr's words. */
const open = () => new Fault('BREAKER_OPEN', 'circuit breaker is open')
const busy = () => new Fault('BREAKER_BUSY', 'too many requests')

/** @see sony/gobreaker `gobreaker.go` */
export function createBreaker(
  { maxRequests, intervalMs, timeoutMs }: BreakerPolicy,
  trips: Trip,
  clock: Clock,
): Breaker {
  let kept: BreakerState = 'closed'
  let generation = 0
  /** When a closed breaker forgets, or an open one becomes half-open. */
  let untilMs = 0
  let counts = none()

  const become = (state: BreakerState): void => {
    kept = state
    generation++
    counts = none()
    const periodMs = { closed: intervalMs || Number.POSITIVE_INFINITY, open: timeoutMs }
    untilMs = state === 'half-open' ? Number.POSITIVE_INFINITY : clock.elapsedMs() + periodMs[state]
  }
  become('closed')
  const isOver = (): boolean => clock.elapsedMs() >= untilMs
  const state = (): BreakerState => (kept === 'open' && isOver() ? 'half-open' : kept)
  const change = (to: BreakerState, onChange: OnChange): void => {
    become(to)
    onChange(to)
  }
  const succeed = (onChange: OnChange): void => {
    counts = {
      ...counts,
      totalSuccesses: counts.totalSuccesses + 1,
      consecutiveSuccesses: counts.consecutiveSuccesses + 1,
      consecutiveFailures: 0,
    }
    if (kept === 'half-open' && counts.consecutiveSuccesses >= maxRequests)
      change('closed', onChange)
  }
  const fail = (onChange: OnChange): void => {
    counts = {
      ...counts,
      totalFailures: counts.totalFailures + 1,
      consecutiveFailures: counts.consecutiveFailures + 1,
      consecutiveSuccesses: 0,
    }
    if (kept === 'half-open' || trips(counts)) change('open', onChange)
  }

  return {
    state,
    enter(onChange) {
      if (kept === 'closed' && isOver()) become('closed')
      if (kept === 'open') {
        if (!isOver()) throw open()
        change('half-open', onChange)
      }
      if (kept === 'half-open' && counts.requests >= maxRequests) throw busy()
      counts = { ...counts, requests: counts.requests + 1 }
      const entered = generation
      return (success) => {
        if (kept === 'closed' && isOver()) become('closed')
        if (entered !== generation) return
        if (success === undefined) counts = { ...counts, requests: counts.requests - 1 }
        else if (success) succeed(onChange)
        else fail(onChange)
      }
    },
  }
}

const none = (): BreakerCounts => ({
  requests: 0,
  totalSuccesses: 0,
  totalFailures: 0,
  consecutiveSuccesses: 0,
  consecutiveFailures: 0,
})
