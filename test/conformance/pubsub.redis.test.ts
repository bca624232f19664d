import { openPubSub } from '../support/open-pubsub.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { type RealRedisCluster, startRedisCluster } from '../support/real-redis-cluster.ts'
import { describePubSub, type OpenedBroker } from './pubsub.ts'

const skip = { 'reach a topic that ends in a star': 'a Redis stream is one key' } as const

const broker = (metadata: Readonly<Record<string, string>>): OpenedBroker => ({
  connect: (appId, { concurrency = 10, processingTimeoutMs = 100 } = {}) =>
    openPubSub(
      'pubsub.redis',
      {
        ...metadata,
        concurrency: String(concurrency),
        processingTimeout: `${processingTimeoutMs}ms`,
        redeliverInterval: '50ms',
      },
      { appId },
    ),
  [Symbol.asyncDispose]: async () => {},
})

describe('pubsub.redis on one server', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())

  describePubSub(
    'the redis driver',
    async () => {
      await redis.command('FLUSHALL')
      return broker({ redisHost: redis.address })
    },
    { skip },
  )
})

describe('pubsub.redis on a Cluster', () => {
  let cluster: RealRedisCluster
  before(async function () {
    this.timeout(40_000)
    cluster = await startRedisCluster(this as unknown as Mocha.Context)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  describePubSub(
    'the redis driver on a Cluster',
    async () => {
      await Promise.all(cluster.nodes.map((node) => node.command('FLUSHALL')))
      return broker({ redisHost: cluster.addresses, redisType: 'cluster' })
    },
    { skip },
  )
})
