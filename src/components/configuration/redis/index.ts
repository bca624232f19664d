import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import { blockFault, RedisLink } from '../../redis/index.ts'
import type { ConfigurationStore } from '../contract.ts'
import { redisConfigurationSettings } from './settings.ts'
import { RedisConfigurationStore } from './store.ts'

/** @see dapr components-contrib `configuration/redis` */
export const redisConfigurationDriver: Driver<
  ConfigurationStore,
  typeof redisConfigurationSettings
> = {
  type: 'configuration.redis',
  versions: ['v1'],
  doc: 'Serves the texts of Redis 4 or later as items, in the layout of daprd: `value||version`. Subscribers hear of changes by keyspace notifications.',
  settings: redisConfigurationSettings,
  async open(settings, { clock, log }, signal) {
    if (settings.redisType === 'cluster')
      throw new Fault(
        'CONFIGURATION_UNAVAILABLE',
        'configuration.redis serves no Cluster: what changes is said on one of its nodes only; use a server or Sentinels',
      )
    const deps = { clock, log }
    try {
      return new RedisConfigurationStore(
        await RedisLink.open(settings, deps, signal),
        (onReconnect, until) => RedisLink.open(settings, { ...deps, onReconnect }, until),
        settings.redisDB,
        deps,
      )
    } catch (error) {
      throw blockFault('CONFIGURATION', error)
    }
  },
}
