import type { Clock } from '../../../base/clock.ts'
import type { Schedule } from './schedule.ts'

/** Looks at the clock at least this often: somebody may have set it. */
const LOOK_MS = 60_000
/** Of the time between two runs: timers and clocks disagree by less. */
const TOLERANCE = 0.1

/**
 * Calls `tick` at each run of the schedule. Runs that a jump of the clock has passed over are one tick. After a jump
 * back, the same time comes again; it is a tick only if as much time has really passed as lies between two runs.
 *
 * @returns stops it
 */
export function startTicker(schedule: Schedule, clock: Clock, tick: () => void): () => void {
  let due = schedule.next(schedule.now())
  let last: { readonly at: number; readonly elapsedMs: number; readonly gapMs: number } | undefined
  let cancel: () => void = () => undefined

  const isRepeated = (): boolean =>
    last !== undefined &&
    due !== undefined &&
    due <= last.at &&
    clock.elapsedMs() - last.elapsedMs < last.gapMs * (1 - TOLERANCE)
  const look = (): void => {
    const now = schedule.now()
    const isDue = due !== undefined && due <= now && !isRepeated()
    due = schedule.next(now)
    if (isDue)
      last = {
        at: now,
        elapsedMs: clock.elapsedMs(),
        gapMs: (due ?? Number.POSITIVE_INFINITY) - now,
      }
    wait(now)
    if (isDue) tick()
  }
  const wait = (now: number): void => {
    cancel = clock.after(Math.min(LOOK_MS, (due ?? Number.POSITIVE_INFINITY) - now), look)
  }
  wait(schedule.now())
  return () => cancel()
}
