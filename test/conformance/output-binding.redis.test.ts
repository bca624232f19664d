import { openBinding } from '../support/open-binding.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { describeOutputBinding } from './output-binding.ts'

describe('bindings.redis on one server', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())

  describeOutputBinding('the redis driver', async () => {
    await redis.command('FLUSHALL')
    const binding = await openBinding('bindings.redis', { redisHost: redis.address })
    return {
      binding,
      naming: 'key',
      written: JSON.stringify,
      missing: 'is empty',
      [Symbol.asyncDispose]: () => binding[Symbol.asyncDispose](),
    }
  })
})
