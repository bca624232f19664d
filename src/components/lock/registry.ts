import type { DriverTable } from '../index.ts'
import type { LockStore } from './contract.ts'

export const lockDrivers: DriverTable<LockStore> = {
  'lock.in-memory': { load: async () => (await import('./in-memory/index.ts')).inMemoryLockDriver },
  'lock.redis': { load: async () => (await import('./redis/index.ts')).redisLockDriver },
}
