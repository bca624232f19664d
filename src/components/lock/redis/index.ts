import type { Driver } from '../../index.ts'
import { blockFault, RedisLink } from '../../redis/index.ts'
import type { LockStore } from '../contract.ts'
import { redisLockSettings } from './settings.ts'
import { RedisLockStore } from './store.ts'

/** @see dapr components-contrib `lock/redis` */
export const redisLockDriver: Driver<LockStore, typeof redisLockSettings> = {
  type: 'lock.redis',
  versions: ['v1'],
  doc: 'Keeps locks in Redis 4 or later, in the layout of daprd: each respects what the other holds.',
  settings: redisLockSettings,
  async open(settings, { clock, log }, signal) {
    try {
      return new RedisLockStore(await RedisLink.open(settings, { clock, log }, signal))
    } catch (error) {
      throw blockFault('LOCK', error)
    }
  },
}
