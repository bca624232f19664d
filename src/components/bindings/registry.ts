import type { DriverTable } from '../index.ts'
import type { Binding } from './contract.ts'

export const bindingDrivers: DriverTable<Binding> = {
  'bindings.cron': { load: async () => (await import('./cron/index.ts')).cronDriver },
  'bindings.http': { load: async () => (await import('./http/index.ts')).httpDriver },
  'bindings.localstorage': {
    load: async () => (await import('./localstorage/index.ts')).localStorageDriver,
  },
  'bindings.redis': { load: async () => (await import('./redis/index.ts')).redisBindingDriver },
}
