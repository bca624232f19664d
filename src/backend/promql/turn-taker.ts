import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'

/** Lets long work stand back for requests. */
export interface TurnTaker {
  /** The slice is used up: `await rest()` before going on. */
  isDue(): boolean
  /**
   * Lets others in.
   * @throws Fault `PROMQL_TIMEOUT`, `PROMQL_CANCELED`
   */
  rest(): Promise<void>
}

/** Requests wait this long for a query, and a little more. */
const SLICE_MS = 5

export function createTurnTaker(clock: Clock, timeoutMs: number, isGone: () => boolean): TurnTaker {
  const startedMs = clock.elapsedMs()
  let sliceMs = startedMs
  return {
    isDue: () => clock.elapsedMs() - sliceMs >= SLICE_MS,
    async rest() {
      await nextTurn()
      if (isGone()) throw new Fault('PROMQL_CANCELED', 'query was canceled in query execution')
      sliceMs = clock.elapsedMs()
      if (sliceMs - startedMs >= timeoutMs)
        throw new Fault('PROMQL_TIMEOUT', 'query timed out in query execution')
    },
  }
}
