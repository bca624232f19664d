import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'

export interface SweepDeps {
  readonly clock: Clock
  readonly log: Logger
  /** 0: never. */
  readonly intervalMs: number
  /** Removes some expired records; whether there may be more. */
  readonly sweep: () => Promise<boolean>
}

/** Removed at a time, so that a million of them never stop a sidecar or a database. */
export const SWEEP_ROWS = 1000
const AGAIN_MS = 100

/** Sweeps now and then. @returns ends it: no other begins, and one under way no longer matters */
export function startSweeps({ clock, log, intervalMs, sweep }: SweepDeps): () => void {
  let isEnded = false
  let cancel = (): void => undefined
  const after = (delayMs: number): void => {
    if (isEnded) return
    cancel = clock.after(delayMs, () => {
      sweep().then(
        (hasMore) => after(hasMore ? AGAIN_MS : intervalMs),
        (error: unknown) => {
          if (!isEnded) log.warning(`expired records stay for now: ${messageOf(error)}`)
          after(intervalMs)
        },
      )
    })
  }
  if (intervalMs > 0) after(intervalMs)
  return () => {
    isEnded = true
    cancel()
  }
}
