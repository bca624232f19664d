import { Cron } from 'croner'
import type { Clock } from '../../../base/clock.ts'
import { parseDurationMs } from '../../../base/duration.ts'
import { err, ok, type Result } from '../../../base/result.ts'

/** When a cron binding is due, on a time line of its own. */
export interface Schedule {
  /** Milliseconds: by the wall clock for fields, by the monotonic one for an interval. */
  now(): number
  /** The first run after `ms`; undefined: there is none. */
  next(ms: number): number | undefined
}

const MIN_INTERVAL_MS = 1_000

/** @returns what `text` says, or what is wrong with it, in words that do not depend on the library */
export function parseSchedule(text: string, clock: Clock): Result<Schedule, string> {
  const [, interval] = /^@every\s+(\S+)$/.exec(text) ?? []
  if (interval !== undefined) return parseInterval(interval, clock)
  const [, timezone, fields = text] = /^(?:CRON_)?TZ=(\S+)\s+(.+)$/.exec(text) ?? []
  try {
    const cron = new Cron(fields, {
      paused: true,
      mode: '5-or-6-parts',
      ...(timezone === undefined ? {} : { timezone }),
    })
    const schedule: Schedule = {
      now: () => clock.nowUs() / 1_000,
      next: (ms) => cron.nextRun(new Date(ms))?.getTime(),
    }
    return schedule.next(schedule.now()) === undefined
      ? err('this schedule never comes')
      : ok(schedule)
  } catch {
    return err('five or six cron fields, @every with a duration, or @daily and the like are needed')
  }
}

/** Whole seconds, at least one, as in Go's cron. Runs lie on a grid: one that is late does not move the others. */
function parseInterval(text: string, clock: Clock): Result<Schedule, string> {
  const ms = parseDurationMs(text)
  if (ms === undefined) return err('@every needs a duration such as 5s or 1h30m')
  const everyMs = Math.max(MIN_INTERVAL_MS, ms - (ms % 1_000))
  const startMs = clock.elapsedMs()
  return ok({
    now: clock.elapsedMs,
    next: (after) => startMs + (Math.floor((after - startMs) / everyMs) + 1) * everyMs,
  })
}
