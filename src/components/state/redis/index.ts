import type { Driver } from '../../index.ts'
import { blockFault, RedisLink } from '../../redis/index.ts'
import type { StateStore } from '../contract.ts'
import { redisSettings } from './settings.ts'
import { RedisStateStore } from './store.ts'

const SECOND_LINK_MS = 5000

/** @see dapr components-contrib `state/redis` */
export const redisStateDriver: Driver<StateStore, typeof redisSettings> = {
  type: 'state.redis',
  versions: ['v1'],
  doc: 'Keeps state in Redis 4 or later, in the layout of daprd: each reads what the other has written.',
  settings: redisSettings,
  async open(settings, { clock, log }, signal) {
    try {
      const deps = { clock, log }
      const link = await RedisLink.open(settings, deps, signal)
      const openSecond = () => RedisLink.open(settings, deps, AbortSignal.timeout(SECOND_LINK_MS))
      return new RedisStateStore(link, openSecond, settings)
    } catch (error) {
      throw blockFault('STATE', error)
    }
  },
}
