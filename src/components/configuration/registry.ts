import type { DriverTable } from '../index.ts'
import type { ConfigurationStore } from './contract.ts'

export const configurationDrivers: DriverTable<ConfigurationStore> = {
  'configuration.in-memory': {
    load: async () => (await import('./in-memory/index.ts')).inMemoryConfigurationDriver,
  },
  'configuration.redis': {
    load: async () => (await import('./redis/index.ts')).redisConfigurationDriver,
  },
}
