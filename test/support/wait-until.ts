import type { Patience } from './eventually.ts'

export type { Patience }

/**
 * Waits for a condition over things that announce each change: nothing is polled. The caller's
 * recorder calls every watcher after a change.
 */
export function waitUntil(
  holds: () => boolean,
  watchers: Set<() => void>,
  describeState: () => string,
  { deadlineMs = 5000 }: Patience = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      watchers.delete(look)
    }
    const look = (): void => {
      let held: boolean
      try {
        held = holds()
      } catch (error) {
        finish()
        reject(error)
        return
      }
      if (!held) return
      finish()
      resolve()
    }
    const timer = setTimeout(() => {
      finish()
      reject(new Error(`did not come true within ${deadlineMs} ms: ${describeState()}`))
    }, deadlineMs)
    watchers.add(look)
    look()
  })
}
