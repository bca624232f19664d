import type { Clock } from './clock.ts'
import type { LogFields, Logger } from './logger.ts'

const INTERVAL_MS = 60_000
/** A line that is not remembered may come twice, which is better than memory without an end. */
const MAX_LINES = 100

/**
 * A logger for what may be said with every message: the same warning comes once a minute, and then with the number of
 * those left out (`repeated`). Lines are the same by their message; the fields are those of the one that is said.
 */
export function seldom(log: Logger, clock: Clock): Pick<Logger, 'warning'> {
  const said = new Map<string, { readonly atMs: number; leftOut: number }>()
  return {
    warning(message: string, fields?: LogFields) {
      const nowMs = clock.elapsedMs()
      const last = said.get(message)
      if (last !== undefined && nowMs - last.atMs < INTERVAL_MS) {
        last.leftOut++
        return
      }
      if (last === undefined && said.size >= MAX_LINES) said.clear()
      said.set(message, { atMs: nowMs, leftOut: 0 })
      log.warning(message, { ...fields, repeated: last?.leftOut || undefined })
    },
  }
}
