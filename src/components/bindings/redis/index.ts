import type { Driver } from '../../index.ts'
import { blockFault, RedisLink } from '../../redis/index.ts'
import type { Binding } from '../contract.ts'
import { RedisBinding } from './binding.ts'
import { redisBindingSettings } from './settings.ts'

/** @see dapr components-contrib `bindings/redis` */
export const redisBindingDriver: Driver<Binding, typeof redisBindingSettings> = {
  type: 'bindings.redis',
  versions: ['v1'],
  doc: 'Writes, reads, deletes and increments values of Redis 4 or later. Output.',
  settings: redisBindingSettings,
  async open(settings, { clock, log }, signal) {
    try {
      return new RedisBinding(await RedisLink.open(settings, { clock, log }, signal))
    } catch (error) {
      throw blockFault('BINDING', error)
    }
  },
}
