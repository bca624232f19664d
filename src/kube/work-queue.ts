import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'

/** Keys that wait for their reconciler. A key is at work once at a time, and waits once however often it was added. */
export interface WorkQueue extends AsyncDisposable {
  add(key: string): void
  /** Not before `delayMs` from now; an earlier wait stays. */
  addAfter(key: string, delayMs: number): void
  /** Waiting and at work. */
  readonly depth: number
}

export interface WorkQueueOptions {
  readonly name: string
  /**
   * Makes what is so what should be, by reading the state, not an event. What it throws is logged, and the key comes
   * again after a pause that doubles.
   */
  readonly reconcile: (key: string) => Promise<{ readonly requeueAfterMs: number } | undefined>
  readonly clock: Clock
  readonly log: Logger
  /** Keys at work at a time. */
  readonly concurrency?: number
  readonly onFailure?: (key: string, error: unknown) => void
}

const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 60_000

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { name, reconcile, clock, log, concurrency = 1 } = options
  const waiting = new Set<string>()
  const atWork = new Map<string, Promise<void>>()
  /** Of keys that come later: when (monotonic), and what takes that back. */
  const timers = new Map<string, { readonly atMs: number; readonly cancel: () => void }>()
  const failures = new Map<string, number>()
  let isClosed = false

  const run = async (key: string): Promise<void> => {
    try {
      const again = await reconcile(key)
      failures.delete(key)
      if (again !== undefined) addAfter(key, again.requeueAfterMs)
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      options.onFailure?.(key, error)
      log.warning(`${name}: ${key} failed and is tried again: ${messageOf(error)}`)
      addAfter(key, Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (count - 1)))
    }
  }
  const next = (): void => {
    for (const key of waiting) {
      if (isClosed || atWork.size >= concurrency) return
      if (atWork.has(key)) continue
      waiting.delete(key)
      timers.get(key)?.cancel()
      timers.delete(key)
      const done = run(key).finally(() => {
        atWork.delete(key)
        next()
      })
      atWork.set(key, done)
    }
  }
  const add = (key: string): void => {
    waiting.add(key)
    next()
  }
  const addAfter = (key: string, delayMs: number): void => {
    if (isClosed) return
    const atMs = clock.elapsedMs() + delayMs
    const planned = timers.get(key)
    if (planned !== undefined && planned.atMs <= atMs) return
    planned?.cancel()
    const cancel = clock.after(delayMs, () => {
      timers.delete(key)
      add(key)
    })
    timers.set(key, { atMs, cancel })
  }
  return {
    add,
    addAfter,
    get depth() {
      return waiting.size + atWork.size
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      waiting.clear()
      for (const { cancel } of timers.values()) cancel()
      timers.clear()
      await Promise.all(atWork.values())
    },
  }
}
