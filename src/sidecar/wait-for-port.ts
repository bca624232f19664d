import { connect } from 'node:net'
import type { Clock } from '../base/clock.ts'

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
    if (await dial(host, port)) return true
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

const dial = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    const finish = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.on('connect', () => finish(true))
    socket.on('error', () => finish(false))
  })
