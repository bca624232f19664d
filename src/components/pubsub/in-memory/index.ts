import type { Driver } from '../../index.ts'
import type { PubSub } from '../contract.ts'
import { createBus } from './bus.ts'
import { InMemoryPubSub } from './pubsub.ts'
import { inMemoryPubSubSettings } from './settings.ts'

/** @see dapr components-contrib `pubsub/in-memory` */
export const inMemoryPubSubDriver: Driver<PubSub, typeof inMemoryPubSubSettings> = {
  type: 'pubsub.in-memory',
  versions: ['v1'],
  doc: 'Carries messages among the sidecars of one process, for laptops and tests: what waits ends with the process.',
  settings: inMemoryPubSubSettings,
  open: async ({ consumerID, concurrency }, { name, appId, clock, shared }) =>
    new InMemoryPubSub(
      shared(`pubsub.in-memory ${name}`, createBus),
      clock,
      consumerID || appId,
      concurrency,
    ),
}
