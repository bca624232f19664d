import type { DriverTable } from '../index.ts'
import type { PubSub } from './contract.ts'

export const pubsubDrivers: DriverTable<PubSub> = {
  'pubsub.in-memory': {
    load: async () => (await import('./in-memory/index.ts')).inMemoryPubSubDriver,
  },
  'pubsub.redis': {
    load: async () => (await import('./redis/index.ts')).redisPubSubDriver,
  },
  'pubsub.sqlite': {
    load: async () => (await import('./sqlite/index.ts')).sqlitePubSubDriver,
  },
}
