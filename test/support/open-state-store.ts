import { type StateStore, stateDrivers } from '../../src/components/state/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'

/** A state store as the sidecar opens one: by its type and a Component's metadata. */
export const openStateStore = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<StateStore> => openBlock(stateDrivers, type, metadata, options)

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
