import type { Clock } from '../../base/clock.ts'
import type { Outcome } from '../message.ts'
import type { Exchange, Step } from '../step.ts'

export interface Measured extends Exchange {
  /** `clock.elapsedMs()` when the request's head had been read. Set by measure. */
  startMs: number
  /** The same when the reply's head was known; absent when the client left before. Set by measure. */
  headMs: number | undefined
}

/**
 * Takes the time from the request's head to the reply's last byte and hands it to `record`, which knows
 * the program's metrics. Stands inside trace, so that a sample can be linked to its trace.
 */
export const measure = <X extends Measured>(
  clock: Clock,
  record: (x: X, outcome: Outcome, durationMs: number) => void,
): Step<X> => ({
  name: 'measure',
  enter(x) {
    x.startMs = clock.elapsedMs()
    return undefined
  },
  leave(x) {
    x.headMs = clock.elapsedMs()
    return undefined
  },
  done(x, outcome) {
    record(x, outcome, clock.elapsedMs() - x.startMs)
  },
})
