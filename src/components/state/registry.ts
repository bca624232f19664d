import type { DriverTable } from '../index.ts'
import type { StateStore } from './contract.ts'

export const stateDrivers: DriverTable<StateStore> = {
  'state.in-memory': {
    load: async () => (await import('./in-memory/index.ts')).inMemoryStateDriver,
  },
  'state.postgresql': {
    load: async () => (await import('./postgresql/index.ts')).postgresStateDriver,
  },
  'state.redis': { load: async () => (await import('./redis/index.ts')).redisStateDriver },
  'state.sqlite': { load: async () => (await import('./sqlite/index.ts')).sqliteStateDriver },
}
