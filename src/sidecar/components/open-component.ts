import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { nearest } from '../../base/nearest.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { readSettings } from '../../components/index.ts'
import { type StateStore, stateDrivers } from '../../components/state/index.ts'
import type { Component } from '../../resources/index.ts'
import { type MetadataLookup, resolveMetadata } from './resolve-metadata.ts'

export interface OpenOptions {
  readonly appId: string
  readonly namespace: string
  readonly clock: Clock
  readonly log: Logger
  readonly lookup: MetadataLookup
}

/** @returns the driver's block, ready to serve; or why there is none, in words that cure it */
export async function openComponent(
  component: Component,
  { appId, namespace, clock, log, lookup }: OpenOptions,
): Promise<Result<StateStore, string>> {
  const { name, type, version, initTimeoutMs } = component
  const entry = Object.hasOwn(stateDrivers, type) ? stateDrivers[type] : undefined
  if (entry === undefined) return err(unknownType(type))
  const driver = await entry.load()
  if (!driver.versions.includes(version.toLowerCase().replace(/^v?0$/, 'v1')))
    return err(`${type} has no version ${version}; there is ${driver.versions.join(', ')}`)
  const metadata = await resolveMetadata(component, lookup)
  if (!metadata.ok) return metadata
  const settings = readSettings(driver.settings, metadata.value)
  if (!settings.ok)
    return err(settings.error.map(({ setting, message }) => `${setting}: ${message}`).join('; '))

  const abort = new AbortController()
  const expired = new Promise<never>((_, reject) => {
    const cancel = clock.after(initTimeoutMs, () => {
      abort.abort()
      reject(new Error(`it did not start within ${initTimeoutMs} ms (spec.initTimeout)`))
    })
    abort.signal.addEventListener('abort', cancel, { once: true })
  })
  try {
    const opening = driver.open(
      settings.value,
      { name, appId, namespace, clock, log: log.child({ component: name }) },
      abort.signal,
    )
    // One that comes too late must not stay open.
    opening.then(
      (late) => abort.signal.aborted && void late[Symbol.asyncDispose](),
      () => undefined,
    )
    return ok(await Promise.race([opening, expired]))
  } catch (error) {
    return err(messageOf(error))
  }
}

function unknownType(type: string): string {
  const [block = ''] = type.split('.')
  if (block !== 'state') return `there is no driver for ${type} yet: only state stores are built`
  const meant = nearest(type, Object.keys(stateDrivers))
  const known = Object.keys(stateDrivers).join(', ')
  return `there is no driver for ${type}; ${meant === undefined ? `there are ${known}` : `did you mean ${meant}?`}`
}
