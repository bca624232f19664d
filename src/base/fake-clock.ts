import type { Clock } from './clock.ts'

/** A clock that stands until somebody moves it: for tests. */
export interface FakeClock extends Clock {
  /** Moves time and runs what falls due on the way, in order of time, each at its own time. */
  advance(ms: number): void
  /** Sets the wall clock alone, as an operator or NTP would; durations and timers do not notice. */
  setWallClock(us: number): void
  /** How many timers wait. */
  readonly pending: number
}

/** 2026-01-01T00:00:00Z. */
export const FAKE_START_US = 1_767_225_600_000_000

export function createFakeClock(startUs = FAKE_START_US): FakeClock {
  let elapsed = 0
  let offsetUs = startUs
  let sequence = 0
  const timers = new Map<number, { readonly atMs: number; readonly task: () => void }>()

  const nextDue = (untilMs: number): number | undefined => {
    let first: number | undefined
    let firstAt = untilMs
    for (const [id, { atMs }] of timers)
      if (first === undefined ? atMs <= firstAt : atMs < firstAt) {
        first = id
        firstAt = atMs
      }
    return first
  }

  return {
    nowUs: () => Math.floor(offsetUs + elapsed * 1000),
    elapsedMs: () => elapsed,
    after(delayMs, task) {
      const id = ++sequence
      timers.set(id, { atMs: elapsed + Math.max(0, delayMs), task })
      return () => void timers.delete(id)
    },
    advance(ms) {
      const end = elapsed + ms
      for (let id = nextDue(end); id !== undefined; id = nextDue(end)) {
        const timer = timers.get(id)
        timers.delete(id)
        if (timer === undefined) continue
        elapsed = timer.atMs
        timer.task()
      }
      elapsed = end
    },
    setWallClock(us) {
      offsetUs = us - elapsed * 1000
    },
    get pending() {
      return timers.size
    },
  }
}
