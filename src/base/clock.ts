/**
 * Time, handed in so that tests can hold it. The only file that reads the system clock.
 */
export interface Clock {
  /** Wall clock: integer microseconds since the epoch. Follows adjustments of the system clock. */
  nowUs(): number
  /** Monotonic milliseconds with fraction, from an arbitrary origin. For durations. */
  elapsedMs(): number
  /** Runs `task` once after `delayMs`. The timer never keeps the process alive. Returns a cancel function. */
  after(delayMs: number, task: () => void): () => void
}

/** A larger difference to the system clock than this means that someone has set it. */
const MAX_DRIFT_MS = 20
const DRIFT_CHECK_INTERVAL_MS = 1000

/**
 * `performance.now()` is monotonic but does not follow the system clock; `Date.now()` has whole
 * milliseconds only. So: an anchor plus the monotonic clock, re-anchored when the two drift apart.
 */
export function createSystemClock(): Clock {
  let anchorMs = performance.timeOrigin
  let checkedAtMs = Number.NEGATIVE_INFINITY
  return {
    nowUs() {
      const now = performance.now()
      if (now - checkedAtMs > DRIFT_CHECK_INTERVAL_MS) {
        checkedAtMs = now
        const drift = Date.now() - (anchorMs + now)
        if (Math.abs(drift) > MAX_DRIFT_MS) anchorMs += drift
      }
      return Math.floor((anchorMs + now) * 1000)
    },
    elapsedMs: () => performance.now(),
    after(delayMs, task) {
      const timer = setTimeout(task, delayMs)
      if (typeof timer === 'object') timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
