import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, type Failure, isPassing } from './api.ts'
import { clock, nowMs } from './clock.ts'

/** An answer on its way. The last good value stays while a newer one is loaded or fails to come. */
export interface Remote<T> {
  readonly value: T | undefined
  /** Epoch ms at which `value` came. */
  readonly loadedMs: number
  readonly failure: Failure | undefined
  /** Epoch ms of the first failure in the present row of failures. */
  readonly failedSinceMs: number
  readonly isLoading: boolean
  /** `value` answers an earlier key; it stands in, dimmed, until the answer to this one comes. */
  readonly isOld: boolean
}

const NOTHING = {
  value: undefined,
  loadedMs: 0,
  failure: undefined,
  failedSinceMs: 0,
  isLoading: true,
  isOld: false,
}
const RETRY_MS = [1000, 2000, 3000, 5000]

/**
 * Loads when `key` changes and on `reload`; a failure that may pass is retried until it does.
 * Answers that come after the key has changed are dropped.
 */
export function useRemote<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer<T>>,
): Remote<T> & { readonly reload: () => void } {
  const [state, setState] = useState<Remote<T>>(NOTHING)
  const [round, setRound] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const shown = useRef(key)

  useEffect(() => {
    const abort = new AbortController()
    let cancelRetry = (): void => {}
    let attempt = 0
    const isNew = shown.current !== key
    shown.current = key
    setState((before) => ({ ...before, isLoading: true, isOld: before.isOld || isNew }))
    const run = async (): Promise<void> => {
      const answer = await latest.current(abort.signal)
      if (abort.signal.aborted) return
      setState((before) => settle(before, answer))
      if (answer.ok || !isPassing(answer.error)) return
      const delayMs = RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)] ?? 5000
      cancelRetry = clock.after(delayMs, () => void run())
    }
    void run()
    return () => {
      cancelRetry()
      abort.abort()
    }
  }, [key, round])

  return { ...state, reload: useCallback(() => setRound((n) => n + 1), []) }
}

function settle<T>(before: Remote<T>, answer: Answer<T>): Remote<T> {
  if (answer.ok)
    return {
      value: answer.value,
      loadedMs: nowMs(),
      failure: undefined,
      failedSinceMs: 0,
      isLoading: false,
      isOld: false,
    }
  return {
    value: before.isOld ? undefined : before.value,
    loadedMs: before.loadedMs,
    failure: answer.error,
    failedSinceMs: before.failedSinceMs || nowMs(),
    isLoading: false,
    isOld: false,
  }
}
