import type { Driver } from '../../index.ts'
import type { LockStore } from '../contract.ts'
import { inMemoryLockSettings } from './settings.ts'
import { createInMemoryLocks, createLockTable } from './store.ts'

export const inMemoryLockDriver: Driver<LockStore, typeof inMemoryLockSettings> = {
  type: 'lock.in-memory',
  versions: ['v1'],
  doc: 'Keeps locks in the memory of the process, for laptops and tests: its sidecars share them, and no others. Ours: daprd has none.',
  settings: inMemoryLockSettings,
  open: async (_settings, { name, clock, shared }) =>
    createInMemoryLocks(shared(`lock.in-memory ${name}`, createLockTable), clock),
}
