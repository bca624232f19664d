import { nearest } from '../base/nearest.ts'
import type { OverrideEdit } from '../resources/index.ts'
import type { SidecarStatus } from '../wire/diagnosis.ts'

/** Words about targets that no sidecar of this machine has as its app id: a slip of the pen, or not yet started. */
export function warnOfUnknownApps(
  put: readonly OverrideEdit[],
  statuses: readonly SidecarStatus[],
): string[] {
  const known = [...new Set(statuses.map(({ registration }) => registration.appId))]
  return put.flatMap(({ match: { target } }) => {
    if (target === undefined || target.includes('*') || known.includes(target)) return []
    const meant = nearest(target, known)
    const cure =
      meant === undefined
        ? known.length === 0
          ? ''
          : `; known are ${known.join(', ')}`
        : `; did you mean ${meant}?`
    return [`no sidecar of the app ${target} is registered on this machine${cure}`]
  })
}
