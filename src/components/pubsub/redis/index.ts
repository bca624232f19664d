import { randomUUID } from 'node:crypto'
import type { Driver } from '../../index.ts'
import { RedisLink } from '../../redis/index.ts'
import type { PubSub } from '../contract.ts'
import { pubsubFault } from './faults.ts'
import { RedisPubSub } from './pubsub.ts'
import { redisPubSubSettings } from './settings.ts'

/** @see dapr components-contrib `pubsub/redis` */
export const redisPubSubDriver: Driver<PubSub, typeof redisPubSubSettings> = {
  type: 'pubsub.redis',
  versions: ['v1'],
  doc: 'Carries messages in the streams of Redis 6.2 or later, in the layout of daprd: each reads what the other has published.',
  settings: redisPubSubSettings,
  async open(settings, { appId, clock, log }, signal) {
    const openLink = (until: AbortSignal) => RedisLink.open(settings, { clock, log }, until)
    try {
      return new RedisPubSub(await openLink(signal), settings, {
        openLink,
        clock,
        log,
        group: settings.consumerID || appId,
        newId: randomUUID,
      })
    } catch (error) {
      throw pubsubFault(error)
    }
  },
}
