import { useEffect, useRef } from 'preact/hooks'
import { clock } from './clock.ts'

/** Runs `task` every `everyMs` while the tab is seen, and once when it is seen again. `undefined` = never. */
export function useInterval(everyMs: number | undefined, task: () => void): void {
  const latest = useRef(task)
  latest.current = task
  useEffect(() => {
    if (everyMs === undefined) return
    let cancel = (): void => {}
    const plan = (): void => {
      cancel = clock.after(everyMs, () => {
        if (!document.hidden) latest.current()
        plan()
      })
    }
    const onSeen = (): void => {
      if (!document.hidden) latest.current()
    }
    plan()
    document.addEventListener('visibilitychange', onSeen)
    return () => {
      cancel()
      document.removeEventListener('visibilitychange', onSeen)
    }
  }, [everyMs])
}
