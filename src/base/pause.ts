import type { Clock } from './clock.ts'
import { onAbort } from './on-abort.ts'

/** Resolves after `ms`, or when `signal` fires. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      endWait()
      resolve()
    })
    const endWait = onAbort(signal, () => {
      cancel()
      resolve()
    })
  })
}
