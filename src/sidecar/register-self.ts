import { messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import type { Registration, RegistrationDirectory } from '../net/index.ts'

/** Tells peers of this machine where the sidecar is. @returns how to take it back; absent when it cannot be told */
export const registerSelf = (
  registrations: RegistrationDirectory,
  self: Registration,
  log: Logger,
): Promise<(() => Promise<void>) | undefined> =>
  registrations.register(self).catch((error) => {
    log.warning(
      `peers of this machine do not find this sidecar, let SIDELIGHT_HOME name a directory that can be written: ${messageOf(error)}`,
    )
    return undefined
  })
