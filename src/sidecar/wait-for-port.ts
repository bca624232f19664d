import type { Clock } from '../base/clock.ts'
import { isListening } from '../net/index.ts'

/** daprd's interval. */
const INTERVAL_MS = 100

/** Dials until somebody listens. @returns `false` when `signal` fires first */
export async function waitForPort(
  host: string,
  port: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    if (await isListening(host, port)) return true
    await new Promise<void>((resolve) => {
      const cancel = clock.after(INTERVAL_MS, resolve)
      signal.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }
  return false
}
