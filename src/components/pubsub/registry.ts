import type { Driver } from '../index.ts'
import type { PubSub } from './contract.ts'

/** A driver of brokers, whatever its settings. */
export type AnyPubSubDriver = Driver<PubSub>

export interface PubSubDriverEntry {
  /** A client library is dear to import: it is loaded with the first component that needs it. */
  load(): Promise<AnyPubSubDriver>
}

/** Component type → driver. */
export const pubsubDrivers: Readonly<Record<string, PubSubDriverEntry>> = {
  'pubsub.in-memory': {
    load: async () => (await import('./in-memory/index.ts')).inMemoryPubSubDriver,
  },
  'pubsub.redis': {
    load: async () => (await import('./redis/index.ts')).redisPubSubDriver,
  },
}
