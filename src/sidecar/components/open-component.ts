import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { maskCredentials } from '../../base/mask-credentials.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Block, type DriverContext, readSettings } from '../../components/index.ts'
import type { StateStore } from '../../components/state/index.ts'
import type { Component } from '../../resources/index.ts'
import { type Faults, withFaults } from '../faults.ts'
import { blockOf } from './blocks.ts'
import { encryptState, readEncryptionKeys } from './encrypt-state.ts'
import { findDriver } from './find-driver.ts'
import { type MetadataLookup, resolveMetadata } from './resolve-metadata.ts'
import { keyPrefixTrouble } from './stored-key.ts'

/** For the driver's own words after the time is up. */
const LAST_WORDS_MS = 500

export interface OpenOptions {
  readonly appId: string
  readonly namespace: string
  readonly clock: Clock
  readonly log: Logger
  readonly lookup: MetadataLookup
  readonly shared: DriverContext['shared']
  /** Absent: nothing is in the way of operations. */
  readonly faults?: Faults | undefined
}

/** @returns the driver's block, ready to serve; or why there is none, in words that cure it */
export async function openComponent(
  component: Component,
  { appId, namespace, clock, log, lookup, shared, faults }: OpenOptions,
): Promise<Result<Block, string>> {
  const { name, type, initTimeoutMs } = component
  const found = await findDriver(component)
  if (!found.ok) return err(found.error.message)
  const driver = found.value
  const metadata = await resolveMetadata(component, lookup)
  if (!metadata.ok) return metadata
  const settings = readSettings(driver.settings, metadata.value)
  if (!settings.ok)
    return err(settings.error.map(({ setting, message }) => `${setting}: ${message}`).join('; '))
  const keyTrouble = keyPrefixTrouble(component)
  if (keyTrouble !== undefined) return err(keyTrouble)
  const keys =
    blockOf(type) === 'state' ? readEncryptionKeys(component, metadata.value) : ok(undefined)
  if (!keys.ok) return keys

  const abort = new AbortController()
  let cancel: () => void = () => undefined
  const expired = new Promise<never>((_, reject) => {
    cancel = clock.after(initTimeoutMs, () => {
      abort.abort()
      // The driver knows best what it was waiting for, and may say so.
      clock.after(LAST_WORDS_MS, () =>
        reject(new Error(`it did not start within ${initTimeoutMs} ms (spec.initTimeout)`)),
      )
    })
  })
  try {
    const opening = driver.open(
      settings.value,
      {
        name,
        appId,
        namespace,
        clock,
        log: log.child({ component: name }),
        env: lookup.env,
        shared,
      },
      abort.signal,
    )
    // One that comes too late must not stay open.
    opening.then(
      (late) => abort.signal.aborted && void late[Symbol.asyncDispose](),
      () => undefined,
    )
    const block = await Promise.race([opening, expired])
    const whole = keys.value === undefined ? block : encryptState(block as StateStore, keys.value)
    return ok(withFaults(whole, component, faults))
  } catch (error) {
    // Drivers quote addresses, and people put passwords into these.
    return err(maskCredentials(messageOf(error)))
  } finally {
    cancel()
  }
}
