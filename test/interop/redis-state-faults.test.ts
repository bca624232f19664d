import assert from 'node:assert/strict'
import { codeOf } from '../../src/base/fault.ts'
import type { StateStore } from '../../src/components/state/index.ts'
import { eventually } from '../support/eventually.ts'
import { deletionOf, openStateStore, textOf, writeOf } from '../support/open-state-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { startRedisCluster } from '../support/real-redis-cluster.ts'

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']
const READ = { consistency: undefined, metadata: {} } as const
const OUTCOMES = ['STATE_OUTCOME_UNKNOWN', 'STATE_UNAVAILABLE']

const connect = (redis: RealRedis, metadata: Record<string, string> = {}): Promise<StateStore> =>
  openStateStore('state.redis', { redisHost: redis.address, ...metadata })

describe('state.redis when Redis fails', () => {
  test('loses nothing acknowledged when Redis is killed amid 1000 transactions', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this, { args: DURABLE })
    await using store = await connect(redis)
    const outcomes = new Map<number, string>()
    let acknowledged = 0
    let restarted: Promise<void> | undefined
    const transact = async (n: number): Promise<void> => {
      const upsert = (key: string) => ({ kind: 'upsert', write: writeOf(key, `${n}`) }) as const
      try {
        await store.transact([upsert(`a${n}`), upsert(`b${n}`)], {})
        outcomes.set(n, 'done')
        if (++acknowledged === 300) restarted = redis.stop('SIGKILL').then(() => redis.start())
      } catch (error) {
        outcomes.set(n, codeOf(error) ?? String(error))
      }
    }
    let next = 0
    const work = async (): Promise<void> => {
      while (next < 1000) await transact(next++)
    }
    await Promise.all(Array.from({ length: 20 }, work))
    await restarted
    assert.equal(outcomes.size, 1000)
    const survivors = await eventually(() => connect(redis))
    await using after = survivors
    for (const [n, outcome] of outcomes) {
      const [a, b] = await Promise.all([textOf(after, `a${n}`), textOf(after, `b${n}`)])
      assert.equal(a, b, `transaction ${n} is half done`)
      if (outcome === 'done') assert.equal(a, `${n}`, `transaction ${n} was acknowledged`)
      else if (outcome === 'STATE_UNAVAILABLE') assert.equal(a, undefined)
      else assert.equal(outcome, 'STATE_OUTCOME_UNKNOWN')
    }
    assert.ok(acknowledged > 300, 'it goes on after the restart')
  })

  test('counts no increment twice and calls none a conflict that is unknown', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this, { args: DURABLE })
    await using store = await connect(redis)
    await store.set(writeOf('count', '0'))
    let done = 0
    let unknown = 0
    let restarted: Promise<void> | undefined
    const increment = async (): Promise<void> => {
      try {
        const record = await store.get('count', READ)
        const value = String(Number(Buffer.from(record?.value ?? []).toString()) + 1)
        await store.set(writeOf('count', value, { etag: record?.etag }))
        if (++done === 100) restarted = redis.stop('SIGKILL').then(() => redis.start())
      } catch (error) {
        const code = codeOf(error) ?? String(error)
        if (code === 'STATE_OUTCOME_UNKNOWN') unknown++
        else assert.ok(['STATE_ETAG_MISMATCH', 'STATE_UNAVAILABLE'].includes(code), code)
      }
    }
    const work = async (): Promise<void> => {
      while (done < 200) await increment()
    }
    await Promise.all([work(), work(), work()])
    await restarted
    const count = Number(await textOf(store, 'count'))
    assert.ok(count >= done && count <= done + unknown, `${count} of ${done} + ${unknown} unknown`)
  })

  test('says that the outcome is unknown when no answer comes, and recovers', async function () {
    await using redis = await startRedis(this)
    await using store = await connect(redis, { readTimeout: '200ms' })
    await store.set(writeOf('a', 'one'))
    redis.freeze()
    const writes = [
      store.set(writeOf('a', 'two', { etag: '1' })),
      store.delete('b', deletionOf()),
      store.transact([{ kind: 'upsert', write: writeOf('c', 'one') }], {}),
    ]
    for (const { status, ...rest } of await Promise.allSettled(writes)) {
      assert.equal(status, 'rejected')
      assert.equal(codeOf((rest as { reason: unknown }).reason), 'STATE_OUTCOME_UNKNOWN')
    }
    await assert.rejects(store.get('a', READ), { code: 'STATE_UNAVAILABLE', retryable: true })
    redis.thaw()
    await eventually(() => textOf(store, 'a'))
  })

  test('says that the outcome is unknown when the connection breaks', async function () {
    await using redis = await startRedis(this, { args: DURABLE })
    await using store = await connect(redis)
    await store.set(writeOf('a', 'one'))
    redis.freeze()
    const write = assert.rejects(store.set(writeOf('a', 'two', { etag: '1' })), {
      code: 'STATE_OUTCOME_UNKNOWN',
      retryable: false,
    })
    const read = textOf(store, 'a')
    await redis.stop('SIGKILL')
    await write
    await redis.start()
    assert.equal(await read, 'one', 'a read is repeated')
  })

  test('says that Redis is down, and comes back with it', async function () {
    await using redis = await startRedis(this)
    await using store = await connect(redis, { redisMaxRetries: '0' })
    await redis.stop()
    const down = {
      code: 'STATE_UNAVAILABLE',
      retryable: true,
      message: new RegExp(`^no connection to Redis at ${redis.address}: .*ECONNREFUSED`),
    }
    await eventually(async () => {
      await assert.rejects(store.get('a', READ), down)
      await assert.rejects(store.set(writeOf('a', 'one')), down)
      await assert.rejects(store.ping(), down)
      return true
    })
    await redis.start()
    await eventually(async () => {
      await store.set(writeOf('a', 'one'))
      return true
    })
    assert.equal(await textOf(store, 'a'), 'one')
  })

  test('waits out a short absence [redisMaxRetries]', async function () {
    await using redis = await startRedis(this, { args: DURABLE })
    await using store = await connect(redis, { redisMaxRetries: '20' })
    await redis.stop()
    const write = eventually(async () => {
      // The first may have met the dying connection.
      await store.set(writeOf('a', 'one'))
      return true
    })
    await redis.start()
    await write
    assert.equal(await textOf(store, 'a'), 'one')
  })

  test('opens when Redis comes within the time it has, and else says why not', async function () {
    await using redis = await startRedis(this)
    await redis.stop()
    const metadata = { redisHost: redis.address }
    await assert.rejects(openStateStore('state.redis', metadata, { timeoutMs: 300 }), {
      code: 'STATE_UNAVAILABLE',
      message: new RegExp(`^no connection to Redis at ${redis.address}: .*ECONNREFUSED`),
    })
    const opening = openStateStore('state.redis', metadata)
    await redis.start()
    await using store = await opening
    await store.ping()
  })

  test('says that Redis is full, and reads and deletes on', async function () {
    await using redis = await startRedis(this)
    await using store = await connect(redis)
    await store.set(writeOf('a', 'one'))
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    const full = { code: 'STATE_UNAVAILABLE', message: /no memory left.*maxmemory/ }
    await assert.rejects(store.set(writeOf('a', 'two', { etag: '1' })), full)
    await assert.rejects(store.transact([{ kind: 'upsert', write: writeOf('b', 'one') }], {}), full)
    assert.equal(await textOf(store, 'a'), 'one')
    await store.delete('a', deletionOf())
    assert.equal(await textOf(store, 'a'), undefined)
  })

  test('loses one node of a Cluster and serves the others, until it is back', async function () {
    this.timeout(60_000)
    await using cluster = await startRedisCluster(this)
    const metadata = { redisType: 'cluster', redisMaxRetries: '0' }
    await using store = await openStateStore('state.redis', {
      redisHost: cluster.addresses,
      ...metadata,
    })
    // Slots 3300, 7365 and 15495: one in each third.
    for (const key of ['b', 'c', 'a']) await store.set(writeOf(key, 'one'))
    const sizes = await Promise.all(cluster.nodes.map((node) => node.command('DBSIZE')))
    assert.deepEqual(sizes, [1, 1, 1])
    const last = cluster.nodes[2]
    assert.ok(last !== undefined)
    await last.stop()
    await eventually(async () => {
      await assert.rejects(textOf(store, 'a'), { code: 'STATE_UNAVAILABLE' })
      return true
    })
    await store.set(writeOf('b', 'two'))
    await store.set(writeOf('c', 'two'))
    await last.start()
    await eventually(
      async () => {
        await store.set(writeOf('a', 'two'))
        return true
      },
      { deadlineMs: 20_000 },
    )
  })

  test('answers every caller when it is closed', async function () {
    await using redis = await startRedis(this)
    const store = await connect(redis)
    const writes = Array.from({ length: 100 }, (_, n) => store.set(writeOf(`k${n}`, 'x')))
    await store[Symbol.asyncDispose]()
    for (const settled of await Promise.allSettled(writes))
      if (settled.status === 'rejected') assert.ok(OUTCOMES.includes(codeOf(settled.reason) ?? ''))
    await assert.rejects(store.get('k1', READ), { code: 'STATE_UNAVAILABLE' })
  })
})
