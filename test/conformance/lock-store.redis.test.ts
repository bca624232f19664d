import { eventually } from '../support/eventually.ts'
import { openLockStore } from '../support/open-lock-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { type RealRedisCluster, startRedisCluster } from '../support/real-redis-cluster.ts'
import { describeLockStore, type OpenedLockStore } from './lock-store.ts'

async function connect(
  nodes: readonly RealRedis[],
  metadata: Readonly<Record<string, string>>,
): Promise<OpenedLockStore> {
  await Promise.all(nodes.map((node) => node.command('FLUSHALL')))
  const store = await openLockStore('lock.redis', metadata)
  const other = await openLockStore('lock.redis', metadata)
  return {
    store,
    other,
    /** Redis has a clock of its own: what has so long to live must be gone. */
    async advance(ms) {
      await store.tryLock({ key: 'clock', owner: 'test', expiryMs: ms })
      await eventually(async () => (await store.unlock({ key: 'clock', owner: '' })) === 'missing')
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([store[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    },
  }
}

describe('lock.redis on one server', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())

  describeLockStore('the redis driver', () => connect([redis], { redisHost: redis.address }))
})

describe('lock.redis on a Cluster', () => {
  let cluster: RealRedisCluster
  before(async function () {
    this.timeout(40_000)
    cluster = await startRedisCluster(this as unknown as Mocha.Context)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  describeLockStore('the redis driver on a Cluster', () =>
    connect(cluster.nodes, { redisHost: cluster.addresses, redisType: 'cluster' }),
  )
})
