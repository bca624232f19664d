import { type LockStore, lockDrivers } from '../../src/components/lock/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'

/** A lock store as the sidecar opens one: by its type and a Component's metadata. */
export const openLockStore = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<LockStore> => openBlock(lockDrivers, type, metadata, options)
