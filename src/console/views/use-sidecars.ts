import { useSignal } from '@preact/signals'
import { nowMs } from '../clock.ts'
import { getSidecars } from '../sidecar-api.ts'
import { useInterval } from '../use-interval.ts'
import { useRemote } from '../use-remote.ts'

const REFRESH_MS = 5000

/** The sidecars, asked again every five seconds: a change of theirs shows without a key. */
export function useSidecars(appId?: string) {
  const remote = useRemote(appId ?? '', (signal) => getSidecars(appId, signal))
  useInterval(REFRESH_MS, remote.reload)
  return remote
}

/** Epoch ms that moves on every second: for what counts down. */
export function useNow(): number {
  const now = useSignal(nowMs())
  useInterval(1000, () => {
    now.value = nowMs()
  })
  return now.value
}
