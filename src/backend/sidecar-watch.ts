import type { Clock } from '../base/clock.ts'
import { collectReports, type RegistrationDirectory, type Sender } from '../net/index.ts'
import type { SidecarStatus } from '../wire/diagnosis.ts'

/** What the sidecars of this machine say of themselves. */
export interface SidecarWatch {
  /** At most a second old: pages ask often, and each answer costs every sidecar a report. */
  statuses(): Promise<readonly SidecarStatus[]>
}

const FRESH_MS = 1_000
/** Asked at once. More sidecars than this on one machine are not looked at. */
const MAX_SIDECARS = 500

export function createSidecarWatch(
  reach:
    | {
        readonly registrations: Pick<RegistrationDirectory, 'list'>
        readonly sender: Pick<Sender, 'get'>
      }
    | undefined,
  clock: Clock,
): SidecarWatch {
  if (reach === undefined) return { statuses: async () => [] }
  const { registrations, sender } = reach
  let last:
    | { readonly atMs: number; readonly statuses: Promise<readonly SidecarStatus[]> }
    | undefined
  const ask = async () =>
    collectReports((await registrations.list()).slice(0, MAX_SIDECARS), sender, clock)
  return {
    statuses() {
      const nowMs = clock.elapsedMs()
      if (last !== undefined && nowMs - last.atMs < FRESH_MS) return last.statuses
      const statuses = ask()
      last = { atMs: nowMs, statuses }
      // A directory that cannot be read now may be in a moment.
      statuses.catch(() => {
        last = undefined
      })
      return statuses
    },
  }
}
