import type { Clock } from '../base/clock.ts'

/**
 * Files are watched by asking for their state, four times a second. Nothing else sees every way in which
 * files change: editors that rename, symlinks that Kubernetes swaps, network and container mounts without
 * notifications. One stat costs about 30 µs.
 */
const POLL_INTERVAL_MS = 250
/** A file that still changes is being written: its half would be rejected for nothing. */
const SETTLE_MS = 30

export interface WatchedState {
  /** Text that is another one when anything has changed. */
  readonly state: () => Promise<string>
  /** Something else asks for a new reading. */
  readonly isStale?: (() => Promise<boolean>) | undefined
  readonly clock: Clock
  /** The state has changed, and stays for now. The next look waits for it. */
  readonly onChange: () => Promise<unknown>
}

/** @param seen the state that is known already */
export function watchState(
  seen: string,
  { state, isStale = async () => false, clock, onChange }: WatchedState,
): Disposable {
  let cancel: (() => void) | undefined
  let closed = false
  const look = async (): Promise<void> => {
    const now = await state()
    if (now === seen && !(await isStale())) return schedule(POLL_INTERVAL_MS)
    await settle(clock)
    if ((await state()) !== now) return schedule(0)
    seen = now
    await onChange()
    schedule(POLL_INTERVAL_MS)
  }
  const schedule = (delayMs: number): void => {
    if (!closed) cancel = clock.after(delayMs, () => void look())
  }
  schedule(POLL_INTERVAL_MS)
  return {
    [Symbol.dispose]() {
      closed = true
      cancel?.()
    },
  }
}

const settle = (clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    clock.after(SETTLE_MS, resolve)
  })
