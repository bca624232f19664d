import assert from 'node:assert/strict'
import type { PubSub } from '../../src/components/pubsub/index.ts'
import { eventually } from '../support/eventually.ts'
import { listen, openPubSub, publishText } from '../support/open-pubsub.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'

const connect = (redis: RealRedis, metadata: Record<string, string> = {}): Promise<PubSub> =>
  openPubSub('pubsub.redis', { redisHost: redis.address, ...metadata })

const rangeOf = async (redis: RealRedis): Promise<readonly unknown[]> =>
  (await redis.command('XRANGE', 'orders', '-', '+')) as unknown[]

const consumersOf = async (redis: RealRedis): Promise<readonly string[]> => {
  const reply = (await redis.command('XINFO', 'CONSUMERS', 'orders', 'orders')) as string[][]
  return reply.map((info) => String(info[1]))
}

describe('the streams of pubsub.redis [components-contrib: pubsub/redis]', () => {
  let redis: RealRedis
  before(async function () {
    redis = await startRedis(this as unknown as Mocha.Context)
  })
  after(() => redis?.[Symbol.asyncDispose]())
  beforeEach(() => redis.command('FLUSHALL'))

  test('hold a message in data, and its metadata as JSON if it has some', async () => {
    await using pubsub = await connect(redis)
    await publishText(pubsub, 'orders', 'one')
    await publishText(pubsub, 'orders', 'two', { k: 'v' })
    const fields = (await rangeOf(redis)).map((entry) => (entry as unknown[])[1])
    assert.deepEqual(fields, [
      ['data', 'one'],
      ['data', 'two', 'metadata', '{"k":"v"}'],
    ])
  })

  test('bring what daprd has published, and what neither of us has', async () => {
    await using pubsub = await connect(redis, { concurrency: '1' })
    await redis.command('XADD', 'orders', '*', 'metadata', '{"k":"v","n":1}', 'data', 'one')
    await redis.command('XADD', 'orders', '*', 'data', 'two', 'metadata', '{')
    await redis.command('XADD', 'orders', '*', 'text', 'three')
    await using listener = await listen(pubsub, 'orders')
    await listener.waitFor((texts) => texts.length === 3)
    assert.deepEqual(listener.texts(), ['one', 'two', ''])
    assert.deepEqual(
      listener.messages.map(({ metadata }) => metadata),
      [{ k: 'v' }, {}, {}],
    )
  })

  test('tell when a message was published', async () => {
    await using pubsub = await connect(redis)
    await redis.command('XADD', 'orders', '1767225600123-4', 'data', 'x')
    await using listener = await listen(pubsub, 'orders')
    await listener.waitFor((texts) => texts.length === 1)
    assert.equal(listener.messages[0]?.publishedMs, 1_767_225_600_123)
  })

  test('have the group of the consumerID, else of the app id, from the first message on', async () => {
    await using named = await connect(redis, { consumerID: 'shared' })
    await using pubsub = await connect(redis)
    await publishText(pubsub, 'orders', 'early')
    for (const each of [named, pubsub]) {
      await using listener = await listen(each, 'orders')
      await listener.waitFor((texts) => texts[0] === 'early')
    }
    const groups = (await redis.command('XINFO', 'GROUPS', 'orders')) as string[][]
    assert.deepEqual(
      groups.map((info) => info[1]),
      ['orders', 'shared'],
    )
  })

  test('hand over what a daprd of the same group left, and leave it what it has', async () => {
    await using pubsub = await connect(redis, {
      processingTimeout: '100ms',
      redeliverInterval: '20ms',
    })
    await redis.command('XGROUP', 'CREATE', 'orders', 'orders', '0', 'MKSTREAM')
    await publishText(pubsub, 'orders', 'x')
    await redis.command('XREADGROUP', 'GROUP', 'orders', 'orders', 'STREAMS', 'orders', '>')
    await using listener = await listen(pubsub, 'orders')
    await listener.waitFor((texts) => texts.length === 1)
    assert.equal(listener.messages[0]?.attempt, 2)
    assert.ok((await consumersOf(redis)).includes('orders'))
  })

  test('have one consumer for each subscription, which goes with it unless it has messages', async () => {
    await using pubsub = await connect(redis)
    const one = await listen(pubsub, 'orders')
    const two = await listen(pubsub, 'orders', () => Promise.reject(new Error('no')))
    for (let n = 0; n < 20; n++) await publishText(pubsub, 'orders', String(n))
    await eventually(() => one.messages.length > 0 && two.messages.length > 0)
    await eventually(() => one.messages.length + two.messages.length === 20)
    const names = await consumersOf(redis)
    assert.equal(names.length, 2)
    assert.ok(names.every((name) => /^orders:[0-9a-f-]{36}$/.test(name)))
    await one[Symbol.asyncDispose]()
    await two[Symbol.asyncDispose]()
    assert.equal((await consumersOf(redis)).length, 1)
  })

  test('keep about as many messages as maxLenApprox says', async () => {
    await using pubsub = await connect(redis, { maxLenApprox: '100' })
    for (let n = 0; n < 1000; n++) await publishText(pubsub, 'orders', String(n))
    const length = Number(await redis.command('XLEN', 'orders'))
    // Redis trims whole nodes of 100.
    assert.ok(length >= 100 && length <= 300, String(length))
  })

  test('keep messages about as long as streamTTL says', async () => {
    await using pubsub = await connect(redis, { streamTTL: '1h' })
    for (let n = 1; n <= 1000; n++) await redis.command('XADD', 'orders', `${n}-1`, 'data', 'old')
    await publishText(pubsub, 'orders', 'new')
    const length = Number(await redis.command('XLEN', 'orders'))
    assert.ok(length <= 101, String(length))
  })

  test('pass over messages that were trimmed away while they were pending', async () => {
    await using pubsub = await connect(redis, {
      processingTimeout: '50ms',
      redeliverInterval: '20ms',
    })
    await redis.command('XGROUP', 'CREATE', 'orders', 'orders', '0', 'MKSTREAM')
    await publishText(pubsub, 'orders', 'gone')
    await redis.command('XREADGROUP', 'GROUP', 'orders', 'dead', 'STREAMS', 'orders', '>')
    await redis.command('XTRIM', 'orders', 'MAXLEN', '0')
    await using listener = await listen(pubsub, 'orders')
    await publishText(pubsub, 'orders', 'there')
    await listener.waitFor((texts) => texts.length === 1)
    await eventually(
      async () => ((await redis.command('XPENDING', 'orders', 'orders')) as unknown[])[0] === 0,
    )
    assert.deepEqual(listener.texts(), ['there'])
  })

  test('are never delivered again where redeliverInterval is 0', async () => {
    await using pubsub = await connect(redis, { processingTimeout: '1ms', redeliverInterval: '0' })
    await using listener = await listen(pubsub, 'orders', () => Promise.reject(new Error('no')))
    await publishText(pubsub, 'orders', 'x')
    for (let n = 0; n < 50; n++) await publishText(pubsub, 'orders', 'other')
    await listener.waitFor((texts) => texts.length === 51)
    assert.ok(listener.messages.every(({ attempt }) => attempt === 1))
  })
})
