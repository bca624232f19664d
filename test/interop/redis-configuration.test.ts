import assert from 'node:assert/strict'
import { createLogger, formatLogfmt } from '../../src/base/logger.ts'
import { eventually } from '../support/eventually.ts'
import { listenToItems, openConfigurationStore } from '../support/open-configuration-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'

const SECRET = 'planted-password'

const open = (redis: RealRedis, metadata: Record<string, string> = {}, lines: string[] = []) =>
  openConfigurationStore(
    'configuration.redis',
    { redisHost: redis.address, ...metadata },
    {
      log: createLogger({
        level: 'debug',
        format: formatLogfmt,
        fields: {},
        write: (line) => lines.push(line),
        nowUs: () => 0,
      }),
    },
  )

const flagsOf = async (redis: RealRedis): Promise<string> =>
  String(((await redis.command('CONFIG', 'GET', 'notify-keyspace-events')) as string[])[1])

describe('configuration.redis [contrib: configuration/redis]', () => {
  test('reads value||version, and drops what follows', async function () {
    await using redis = await startRedis(this)
    await using store = await open(redis)
    await redis.command('MSET', 'a', 'x||v1', 'b', '||v1', 'c', '', 'd', 'x||v1||more', 'e', 'a|b')
    const items = await store.get(['a', 'b', 'c', 'd', 'e'], {})
    assert.deepEqual(
      [...items].map(([key, { value, version }]) => [key, value, version]),
      [
        ['a', 'x', 'v1'],
        ['b', '', 'v1'],
        ['c', '', ''],
        ['d', 'x', 'v1'],
        ['e', 'a|b', ''],
      ],
    )
  })

  test('gets 5000 items, and those of its own database alone', async function () {
    await using redis = await startRedis(this)
    const pairs = Array.from({ length: 5000 }, (_, n) => [`k${n}`, String(n)]).flat()
    await redis.command('MSET', ...pairs)
    await using store = await open(redis)
    assert.equal((await store.get([], {})).size, 5000)
    await using second = await open(redis, { redisDB: '1' })
    assert.equal((await second.get([], {})).size, 0)
    await using listener = await listenToItems(second, ['k1'])
    await redis.command('SET', 'k1', 'of database 0')
    await redis.command('MOVE', 'k1', '1')
    await redis.command('COPY', 'k2', 'k1', 'DB', '1', 'REPLACE')
    await listener.waitFor((told) => told.length > 0)
  })

  test('adds the notifications it needs to those that others need', async function () {
    await using redis = await startRedis(this, { args: ['--notify-keyspace-events', 'Ez'] })
    await using store = await open(redis)
    assert.equal(await flagsOf(redis), 'zE', 'a store that nobody watches changes nothing')
    await using _ = await listenToItems(store, ['a'])
    assert.deepEqual([...(await flagsOf(redis))].sort(), [...'$EKegxz'].sort())
  })

  test('says what to set where Redis refuses CONFIG, and hears all the same', async function () {
    await using redis = await startRedis(this, { args: ['--notify-keyspace-events', 'KA'] })
    await redis.command(
      'ACL',
      'SETUSER',
      'shop',
      'on',
      `>${SECRET}`,
      '~*',
      '&*',
      '+@all',
      '-config',
    )
    const lines: string[] = []
    const user = { redisUsername: 'shop', redisPassword: SECRET }
    await using store = await open(redis, user, lines)
    await using listener = await listenToItems(store, ['a'])
    assert.ok(lines.some((line) => line.includes('set it to K$gxe there')))
    await redis.command('SET', 'a', '1')
    await listener.waitFor((told) => told.length === 1)
    assert.ok(!lines.join().includes(SECRET))
  })

  test('tells of expiry and of renaming', async function () {
    await using redis = await startRedis(this)
    await using store = await open(redis)
    await redis.command('MSET', 'a', '1', 'b', '1')
    await using listener = await listenToItems(store, ['a', 'c'])
    await redis.command('RENAME', 'b', 'c')
    await redis.command('PEXPIRE', 'a', '1')
    await eventually(async () => (await store.get(['a'], {})).size === 0)
    await listener.waitFor((told) => told.flat().includes('c') && told.length >= 3)
  })

  test('refuses a Cluster by name', async function () {
    await using redis = await startRedis(this)
    await assert.rejects(open(redis, { redisType: 'cluster' }), {
      code: 'CONFIGURATION_UNAVAILABLE',
      message: /serves no Cluster/,
    })
  })
})

describe('configuration.redis when Redis fails', () => {
  test('names a wrong password, and never prints it', async function () {
    await using redis = await startRedis(this, { password: 'right' })
    const lines: string[] = []
    await assert.rejects(open(redis, { redisPassword: SECRET }, lines), (error: Error) => {
      assert.match(error.message, /refused the user name or the password/)
      assert.ok(!`${error.stack}${String(error.cause)}`.includes(SECRET))
      return true
    })
    assert.ok(!lines.join().includes(SECRET))
  })

  test('counts everything as changed after a restart, and is told of changes again', async function () {
    this.timeout(30_000)
    await using redis = await startRedis(this)
    await using store = await open(redis)
    await using listener = await listenToItems(store, ['a'])
    await redis.stop('SIGKILL')
    await redis.start()
    await listener.waitFor((told) => told.includes('all'), { deadlineMs: 10_000 })
    const before = listener.told.length
    await redis.command('SET', 'a', '1')
    await listener.waitFor((told) => told.length > before)
    assert.deepEqual(listener.told.at(-1), ['a'])
  })

  test('says that it is down, to who reads and who begins to watch, and closes', async function () {
    await using redis = await startRedis(this)
    const store = await open(redis, { redisMaxRetries: '0', readTimeout: '200ms' })
    await using _ = await listenToItems(store, ['a'])
    await redis.stop()
    const down = { code: 'CONFIGURATION_UNAVAILABLE', retryable: true }
    await assert.rejects(store.get(['a'], {}), down)
    await assert.rejects(
      store.watch(['a'], {}, () => undefined),
      down,
    )
    await store[Symbol.asyncDispose]()
  })

  test('gives up a Redis that does not answer', async function () {
    await using redis = await startRedis(this)
    await using store = await open(redis, { redisMaxRetries: '0', readTimeout: '200ms' })
    redis.freeze()
    await assert.rejects(store.get(['a'], {}), { code: 'CONFIGURATION_UNAVAILABLE' })
    redis.thaw()
    await eventually(async () => (await store.get(['a'], {})).size === 0)
  })
})
