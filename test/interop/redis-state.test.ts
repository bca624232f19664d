import assert from 'node:assert/strict'
import type { StateStore } from '../../src/components/state/index.ts'
import { eventually } from '../support/eventually.ts'
import { deletionOf, etagOf, openStateStore, textOf, writeOf } from '../support/open-state-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'

const MISMATCH = { code: 'STATE_ETAG_MISMATCH' }
const READ = { consistency: undefined, metadata: {} } as const

describe('state.redis and what daprd keeps in Redis', () => {
  let redis: RealRedis
  let store: StateStore
  before(async function () {
    const args = ['--repl-diskless-sync-delay', '0']
    redis = await startRedis(this as unknown as Mocha.Context, { args })
    store = await openStateStore('state.redis', { redisHost: redis.address })
  })
  beforeEach(() => redis.command('FLUSHALL'))
  after(async () => {
    await store?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })
  /** The fields of a hash, in order of their names. */
  const hash = async (key: string): Promise<Record<string, string>> => {
    const flat = (await redis.command('HGETALL', key)) as string[]
    const pairs = flat.flatMap((field, n) => (n % 2 === 0 ? [[field, flat[n + 1] ?? '']] : []))
    return Object.fromEntries(pairs.toSorted())
  }
  /** As daprd writes: a hash with the value and a counter. */
  const daprdSet = async (key: string, value: string, firstWrite = false): Promise<void> => {
    await redis.command('HSET', key, 'data', value, ...(firstWrite ? ['first-write', '0'] : []))
    await redis.command('HINCRBY', key, 'version', '1')
  }

  describe('what we write', () => {
    test('is a hash of the value and a counter [components-contrib: state/redis]', async () => {
      await store.set(writeOf('orders||1', '{"n":1}'))
      assert.deepEqual(await hash('orders||1'), { data: '{"n":1}', version: '1' })
      await store.set(writeOf('orders||1', '{"n":2}'))
      assert.deepEqual(await hash('orders||1'), { data: '{"n":2}', version: '2' })
    })
    test('marks a first write, and for good', async () => {
      await store.set(writeOf('a', 'one', { concurrency: 'first-write' }))
      assert.deepEqual(await hash('a'), { data: 'one', 'first-write': '0', version: '1' })
      await store.set(writeOf('a', 'two', { etag: '1' }))
      assert.deepEqual(await hash('a'), { data: 'two', 'first-write': '0', version: '2' })
    })
    test('ends by EXPIRE, and by PERSIST never', async () => {
      await store.set(writeOf('a', 'one', { ttlSeconds: 100 }))
      assert.ok([99, 100].includes(Number(await redis.command('TTL', 'a'))))
      await store.set(writeOf('a', 'two'))
      assert.ok(Number(await redis.command('TTL', 'a')) > 0, 'nothing said: the end stays')
      await store.set(writeOf('a', 'three', { ttlSeconds: 0 }))
      assert.equal(await redis.command('TTL', 'a'), -1)
    })
    test('ends after the component’s ttlInSeconds when the write says nothing', async () => {
      const metadata = { redisHost: redis.address, ttlInSeconds: '50' }
      await using short = await openStateStore('state.redis', metadata)
      await short.set(writeOf('a', 'one'))
      assert.ok([49, 50].includes(Number(await redis.command('TTL', 'a'))))
      await short.set(writeOf('a', 'one', { ttlSeconds: -1 }))
      assert.equal(await redis.command('TTL', 'a'), -1)
    })
    test('goes with DEL', async () => {
      await store.set(writeOf('a', 'one'))
      await store.delete('a', deletionOf({ etag: '1' }))
      assert.equal(await redis.command('EXISTS', 'a'), 0)
    })
    test('lies in the database that redisDB names', async () => {
      const metadata = { redisHost: redis.address, redisDB: '3' }
      await using third = await openStateStore('state.redis', metadata)
      await third.set(writeOf('a', 'one'))
      assert.equal(await redis.command('EXISTS', 'a'), 0)
      assert.match(String(await redis.command('INFO', 'keyspace')), /db3:keys=1/)
    })
  })

  describe('what daprd wrote', () => {
    test('is read with its ETag and written with it', async () => {
      await daprdSet('a', 'one')
      assert.equal(await textOf(store, 'a'), 'one')
      assert.equal(await etagOf(store, 'a'), '1')
      await daprdSet('a', 'two')
      await assert.rejects(store.set(writeOf('a', 'stale', { etag: '1' })), MISMATCH)
      await store.set(writeOf('a', 'three', { etag: '2' }))
      assert.deepEqual(await hash('a'), { data: 'three', version: '3' })
    })
    test('allows a first write over a record of a last write, once', async () => {
      await daprdSet('a', 'one')
      await store.set(writeOf('a', 'two', { concurrency: 'first-write' }))
      assert.deepEqual(await hash('a'), { data: 'two', 'first-write': '0', version: '2' })
      const again = store.set(writeOf('a', 'three', { concurrency: 'first-write' }))
      await assert.rejects(again, MISMATCH)
    })
    test('allows only the ETag over a record of a first write', async () => {
      await daprdSet('a', 'one', true)
      for (const concurrency of [undefined, 'last-write'] as const)
        await assert.rejects(store.set(writeOf('a', 'two', { concurrency })), MISMATCH)
      await store.set(writeOf('a', 'two', { etag: '1' }))
      await store.delete('a', deletionOf())
      assert.equal(await textOf(store, 'a'), undefined)
    })
    test('allows any ETag where there is no record', async () => {
      await store.set(writeOf('a', 'one', { etag: '7' }))
      assert.deepEqual(await hash('a'), { data: 'one', version: '1' })
    })
  })

  describe('what others wrote', () => {
    test('is read when it is a plain text, and replaced by a hash', async () => {
      await redis.command('SET', 'plain', 'text')
      const record = await store.get('plain', READ)
      assert.equal(String(record?.value), 'text')
      assert.equal(record?.etag, undefined)
      await store.set(writeOf('plain', 'new'))
      assert.deepEqual(await hash('plain'), { data: 'new', version: '1' })
    })
    test('is refused when it is a list', async () => {
      await redis.command('RPUSH', 'list', 'x')
      await assert.rejects(store.get('list', READ), { code: 'STATE_UNAVAILABLE', retryable: false })
      await store.delete('list', deletionOf())
      assert.equal(await redis.command('EXISTS', 'list'), 0)
    })
    test('is left alone when its version is no number', async () => {
      await redis.command('HSET', 'foreign', 'version', 'v2', 'data', 'x')
      const transaction = store.transact(
        [
          { kind: 'upsert', write: writeOf('a', 'one') },
          { kind: 'upsert', write: writeOf('foreign', 'y') },
        ],
        {},
      )
      await assert.rejects(transaction, { code: 'STATE_UNAVAILABLE', retryable: false })
      assert.deepEqual(await hash('foreign'), { data: 'x', version: 'v2' })
      assert.equal(await textOf(store, 'a'), undefined)
    })
  })

  test('knows an ETag that it cannot have given', async () => {
    await store.set(writeOf('a', 'one'))
    for (const etag of ['abc', '0', '-1', '1.0', '1 ', '9'.repeat(20)]) {
      const invalid = { code: 'STATE_ETAG_INVALID' }
      await assert.rejects(store.set(writeOf('a', 'two', { etag })), invalid)
      await assert.rejects(store.delete('a', deletionOf({ etag })), invalid)
    }
    assert.equal(await textOf(store, 'a'), 'one')
  })

  test('refuses a TTL beyond Redis’ own clock and writes nothing', async () => {
    for (const ttlSeconds of [1e13, Number.POSITIVE_INFINITY, Number.NaN])
      await assert.rejects(store.set(writeOf('a', 'one', { ttlSeconds })), {
        code: 'STATE_OPTION_INVALID',
      })
    assert.equal(await textOf(store, 'a'), undefined)
  })

  test('goes on when Redis has forgotten the script', async () => {
    await store.set(writeOf('a', 'one'))
    await redis.command('SCRIPT', 'FLUSH')
    await Promise.all([store.set(writeOf('a', 'two')), store.set(writeOf('b', 'one'))])
    assert.deepEqual(await hash('a'), { data: 'two', version: '2' })
  })

  test('waits for the replicas of a strong write, and says when they lag', async function () {
    const args = ['--replicaof', '127.0.0.1', String(redis.port)]
    await using replica = await startRedis(this, { args })
    await eventually(async () =>
      String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    )
    await store.set(writeOf('a', 'one', { consistency: 'strong' }))
    assert.equal(await replica.command('HGET', 'a', 'data'), 'one')
    replica.freeze()
    const strong = store.set(writeOf('a', 'two', { consistency: 'strong' }))
    const others = store.set(writeOf('b', 'one')).then(() => 'others')
    const first = await Promise.race([others, strong.catch(() => 'strong')])
    assert.equal(first, 'others', 'no other write waits behind it')
    await assert.rejects(strong, { code: 'STATE_OUTCOME_UNKNOWN', message: /0 of 1 replicas/ })
    replica.thaw()
    await assert.rejects(
      openStateStore('state.redis', { redisHost: replica.address }).then(async (read) => {
        await using readOnly = read
        await readOnly.set(writeOf('a', 'three'))
      }),
      { code: 'STATE_UNAVAILABLE', message: /is a replica and takes no writes/ },
    )
  })
})
