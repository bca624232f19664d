import type { Clock } from '../base/clock.ts'
import { pause } from '../base/pause.ts'
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
    await pause(clock, INTERVAL_MS, signal)
  }
  return false
}
