import { createSystemClock } from '../base/clock.ts'

/** The page's clock; model functions are handed what it says. */
export const clock = createSystemClock()

/** Epoch milliseconds, the unit of the trace API's `endTs` and `lookback`. */
export const nowMs = (): number => Math.floor(clock.nowUs() / 1000)
