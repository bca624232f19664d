import { openStateStore } from '../support/open-state-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { type RealRedisCluster, startRedisCluster } from '../support/real-redis-cluster.ts'
import { describeStateStore } from './state-store.ts'

/** What daprd's scripts do, and so ours. */
const redisDifferences = {
  'refuses a write with an ETag where there is no key':
    'daprd’s script writes when there is no record, whatever the ETag',
  'refuses a first write over any record':
    'daprd’s script refuses only over a record that was itself a first write',
  'lets a last write over a record of a first write':
    'daprd’s script lets only the ETag over a record of a first write',
} as const

describe('state.redis on one server', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())

  describeStateStore(
    'the redis driver',
    async () => {
      await redis.command('FLUSHALL')
      const store = await openStateStore('state.redis', { redisHost: redis.address })
      return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
    },
    { skip: redisDifferences },
  )
})

describe('state.redis on a Cluster', () => {
  let cluster: RealRedisCluster
  before(async function () {
    this.timeout(40_000)
    cluster = await startRedisCluster(this as unknown as Mocha.Context)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  describeStateStore(
    'the redis driver on a Cluster',
    async () => {
      await Promise.all(cluster.nodes.map((node) => node.command('FLUSHALL')))
      const metadata = { redisHost: cluster.addresses, redisType: 'cluster' }
      const store = await openStateStore('state.redis', metadata)
      return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
    },
    { skip: redisDifferences },
  )
})
