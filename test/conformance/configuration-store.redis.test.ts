import { openConfigurationStore } from '../support/open-configuration-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { describeConfigurationStore } from './configuration-store.ts'

describe('configuration.redis on one server', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())

  describeConfigurationStore('the redis driver', async () => {
    await redis.command('FLUSHALL')
    await redis.command('MSET', 'a', '1||v1', 'b', 'two ü', '*', 'star')
    // Of another kind: nobody's item.
    await redis.command('HSET', 'hash', 'data', '1')
    const store = await openConfigurationStore('configuration.redis', { redisHost: redis.address })
    return {
      store,
      set: async (key, value) => void (await redis.command('SET', key, value)),
      remove: async (key) => void (await redis.command('DEL', key)),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
  })
})
