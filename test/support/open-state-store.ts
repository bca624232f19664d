import type { Clock } from '../../src/base/clock.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { type Logger, silentLogger } from '../../src/base/logger.ts'
import { readSettings } from '../../src/components/index.ts'
import { type StateStore, stateDrivers } from '../../src/components/state/index.ts'

export interface OpenOptions {
  readonly clock?: Clock
  readonly log?: Logger
  /** Like a Component's `initTimeout`. Default 5 s. */
  readonly timeoutMs?: number
}

/** A state store as the sidecar opens one: by its type and a Component's metadata. */
export async function openStateStore(
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  { clock = createSystemClock(), log = silentLogger, timeoutMs = 5000 }: OpenOptions = {},
): Promise<StateStore> {
  const driver = await stateDrivers[type]?.load()
  if (driver === undefined) throw new Error(`no driver ${type}`)
  const lower = Object.entries(metadata).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const settings = readSettings(driver.settings, new Map(lower))
  if (!settings.ok) throw new Error(JSON.stringify(settings.error))
  const context = {
    name: 'statestore',
    appId: 'orders',
    namespace: '',
    clock,
    log,
    shared: <T>(_key: string, make: () => T) => make(),
  }
  return driver.open(settings.value, context, AbortSignal.timeout(timeoutMs))
}

const NOTHING_ASKED = {
  etag: undefined,
  concurrency: undefined,
  consistency: undefined,
  metadata: {},
}

/** A write in which `fields` alone are asked for. */
export const writeOf = (
  key: string,
  value: string | Uint8Array,
  fields: Partial<Parameters<StateStore['set']>[0]> = {},
) => ({
  key,
  value: typeof value === 'string' ? new TextEncoder().encode(value) : value,
  ttlSeconds: undefined,
  ...NOTHING_ASKED,
  ...fields,
})

export const deletionOf = (fields: Partial<Parameters<StateStore['delete']>[1]> = {}) => ({
  ...NOTHING_ASKED,
  ...fields,
})

const READ = { consistency: undefined, metadata: {} } as const

/** The record's value as text, or undefined. */
export async function textOf(store: StateStore, key: string): Promise<string | undefined> {
  const record = await store.get(key, READ)
  return record === undefined ? undefined : new TextDecoder().decode(record.value)
}

/** The record's ETag; fails without one. */
export async function etagOf(store: StateStore, key: string): Promise<string> {
  const etag = (await store.get(key, READ))?.etag
  if (etag === undefined) throw new Error(`${key} has no ETag`)
  return etag
}
