import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import { codeOf } from '../../src/base/fault.ts'
import { createLogger, formatLogfmt } from '../../src/base/logger.ts'
import type { PubSub } from '../../src/components/pubsub/index.ts'
import { startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { listen, openPubSub, publishText } from '../support/open-pubsub.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']
const SOON = { processingTimeout: '200ms', redeliverInterval: '50ms' }

const connect = (redis: RealRedis, metadata: Record<string, string> = {}): Promise<PubSub> =>
  openPubSub('pubsub.redis', { redisHost: redis.address, ...metadata })

const pendingOf = async (redis: RealRedis, group = 'orders'): Promise<number> =>
  Number(((await redis.command('XPENDING', 'orders', group)) as unknown[])[0])

/** Stands between a sidecar and Redis, and can keep the answers. */
async function startRelay(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const upstream = connectTo(port, '127.0.0.1')
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const socket of pair)
      socket
        .on('error', () => {})
        .on('close', () => {
          for (const each of pair) each.destroy()
          pairs.delete(pair)
        })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const breakConnections = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowAnswers(): void {
      for (const [client, upstream] of pairs) upstream.unpipe(client).resume()
    },
    breakConnections,
    async [Symbol.asyncDispose](): Promise<void> {
      breakConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('pubsub.redis when something fails', () => {
  test('loses nothing acknowledged when Redis is killed amid 1000 publishes', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this, { args: DURABLE })
    await using pubsub = await connect(redis, SOON)
    await using listener = await listen(pubsub, 'orders')
    const outcomes = new Map<string, string>()
    let acknowledged = 0
    let restarted: Promise<void> | undefined
    const publish = async (text: string): Promise<void> => {
      try {
        await publishText(pubsub, 'orders', text)
        outcomes.set(text, 'done')
        if (++acknowledged === 300) restarted = redis.stop('SIGKILL').then(() => redis.start())
      } catch (error) {
        outcomes.set(text, codeOf(error) ?? String(error))
      }
    }
    let next = 0
    const work = async (): Promise<void> => {
      while (next < 1000) await publish(String(next++))
    }
    await Promise.all(Array.from({ length: 20 }, work))
    await restarted
    assert.equal(outcomes.size, 1000)
    const done = [...outcomes].filter(([, outcome]) => outcome === 'done').map(([text]) => text)
    assert.ok(done.length > 300, 'it goes on after the restart')
    await listener.waitFor(
      (texts) => {
        const seen = new Set(texts)
        return done.every((text) => seen.has(text))
      },
      { deadlineMs: 20_000 },
    )
    for (const [text, outcome] of outcomes)
      if (outcome === 'PUBSUB_UNAVAILABLE') assert.ok(!listener.texts().includes(text))
      else if (outcome !== 'done') assert.equal(outcome, 'PUBSUB_OUTCOME_UNKNOWN')
    await eventually(async () => (await pendingOf(redis)) === 0)
  })

  test('finds at once what Redis had handed out when the connection broke', async function () {
    await using redis = await startRedis(this)
    await using relay = await startRelay(redis.port)
    // Nobody would look for what is pending for a long time.
    const never = { processingTimeout: '1h', redeliverInterval: '1h' }
    await using pubsub = await openPubSub('pubsub.redis', { redisHost: relay.address, ...never })
    await using direct = await connect(redis)
    await using listener = await listen(pubsub, 'orders')
    await publishText(direct, 'orders', '0')
    await listener.waitFor((texts) => texts.length === 1)
    await eventually(async () => (await pendingOf(redis)) === 0)
    relay.swallowAnswers()
    for (let n = 1; n < 10; n++) await publishText(direct, 'orders', String(n))
    await eventually(async () => (await pendingOf(redis)) > 0)
    relay.breakConnections()
    await listener.waitFor((texts) => texts.length === 10)
    assert.deepEqual(new Set(listener.texts()).size, 10)
    await eventually(async () => (await pendingOf(redis)) === 0)
  })

  test('loses nothing while its connections are cut again and again', async function () {
    this.timeout(30_000)
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis, SOON)
    await using direct = await connect(redis)
    await using listener = await listen(pubsub, 'orders')
    const done = new Set<string>()
    for (let n = 0; n < 500; n++) {
      if (n % 50 === 0) await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await publishText(direct, 'orders', String(n)).then(
        () => done.add(String(n)),
        () => {},
      )
    }
    await listener.waitFor((texts) => {
      const seen = new Set(texts)
      return [...done].every((text) => seen.has(text))
    })
    await eventually(async () => (await pendingOf(redis)) === 0)
  })

  test('delivers again what a killed subscriber had', async function () {
    this.timeout(30_000)
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis, SOON)
    await using program = await startProgram(process.execPath, [
      '--import',
      'tsx',
      'test/interop/redis-pubsub-subscriber.ts',
      redis.address,
    ])
    for (let n = 0; n < 30; n++) await publishText(pubsub, 'orders', String(n))
    await program.waitForLine(/^got 9$/)
    await program.stop('SIGKILL')
    assert.equal(await pendingOf(redis), 30)
    await using listener = await listen(pubsub, 'orders')
    await listener.waitFor((texts) => new Set(texts).size === 30)
    assert.ok(listener.messages.every(({ attempt }) => attempt === 2))
    await eventually(async () => (await pendingOf(redis)) === 0)
    assert.equal(listener.messages.length, 30)
  })

  test('does not begin what another replica has taken over meanwhile', async function () {
    await using redis = await startRedis(this)
    await using slow = await connect(redis, { concurrency: '1', processingTimeout: '200ms' })
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    for (let n = 0; n < 5; n++) await publishText(slow, 'orders', String(n))
    await using ofSlow = await listen(slow, 'orders', () => finished)
    await eventually(async () => (await pendingOf(redis)) === 5)
    const quick = await connect(redis, SOON)
    const ofQuick = await listen(quick, 'orders')
    await ofQuick.waitFor((texts) => texts.length === 5)
    await quick[Symbol.asyncDispose]()
    finish()
    await publishText(slow, 'orders', 'last')
    await ofSlow.waitFor((texts) => texts.includes('last'))
    assert.deepEqual(ofSlow.texts(), ['0', 'last'])
  })

  test('acknowledges when Redis is back, and delivers nothing twice for it', async function () {
    await using redis = await startRedis(this, { args: DURABLE })
    await using pubsub = await connect(redis)
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    await using listener = await listen(pubsub, 'orders', () => finished)
    await publishText(pubsub, 'orders', 'x')
    await listener.waitFor((texts) => texts.length === 1)
    await redis.stop('SIGKILL')
    finish()
    await redis.start()
    await eventually(async () => (await pendingOf(redis)) === 0)
    await eventually(() => publishText(pubsub, 'orders', 'y').then(() => true))
    await listener.waitFor((texts) => texts.includes('y'))
    assert.equal(listener.texts().filter((text) => text === 'x').length, 1)
  })

  test('goes on when Redis was emptied', async function () {
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis)
    await using listener = await listen(pubsub, 'orders')
    await publishText(pubsub, 'orders', 'before')
    await listener.waitFor((texts) => texts.length === 1)
    await redis.command('FLUSHALL')
    await publishText(pubsub, 'orders', 'after')
    await listener.waitFor((texts) => texts.length === 2)
    await eventually(async () => (await pendingOf(redis)) === 0)
  })

  test('subscribes while Redis is away, and delivers when it comes', async function () {
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis)
    await redis.stop()
    await using listener = await listen(pubsub, 'orders')
    await redis.start()
    await eventually(() => publishText(pubsub, 'orders', 'x').then(() => true))
    await listener.waitFor((texts) => texts.includes('x'))
  })

  test('ends while Redis is away, and leaves to the next what it could not acknowledge', async function () {
    await using redis = await startRedis(this, { args: DURABLE })
    const pubsub = await connect(redis)
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const listener = await listen(pubsub, 'orders', () => finished)
    await publishText(pubsub, 'orders', 'x')
    await listener.waitFor((texts) => texts.length === 1)
    await redis.stop('SIGKILL')
    finish()
    await pubsub[Symbol.asyncDispose]()
    await redis.start()
    await using next = await connect(redis, SOON)
    await using second = await listen(next, 'orders')
    await second.waitFor((texts) => texts[0] === 'x')
  })

  test('reads no more than it may while its handlers hang', async function () {
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis, { queueDepth: '20', concurrency: '2' })
    const gate = new AbortController()
    const opened = new Promise<void>((resolve) =>
      gate.signal.addEventListener('abort', () => resolve()),
    )
    for (let n = 0; n < 10_000; n += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, m) => publishText(pubsub, 'orders', String(n + m))),
      )
    await using listener = await listen(pubsub, 'orders', () => opened)
    await listener.waitFor((texts) => texts.length === 2)
    await eventually(async () => (await pendingOf(redis)) > 10)
    assert.ok((await pendingOf(redis)) <= 22)
    gate.abort()
    await listener.waitFor((texts) => texts.length === 10_000)
    await eventually(async () => (await pendingOf(redis)) === 0)
  })

  test('says what is wrong with a publish, and what is known of it', async function () {
    await using redis = await startRedis(this)
    await using pubsub = await connect(redis, { redisMaxRetries: '0', readTimeout: '200ms' })
    await redis.command('SET', 'taken', 'x')
    await assert.rejects(publishText(pubsub, 'taken', 'x'), {
      code: 'PUBSUB_UNAVAILABLE',
      message: /no stream/,
    })
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    await assert.rejects(publishText(pubsub, 'orders', 'x'), {
      code: 'PUBSUB_FULL',
      message: /maxmemory.*maxLenApprox/,
    })
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    redis.freeze()
    await assert.rejects(publishText(pubsub, 'orders', 'x'), { code: 'PUBSUB_OUTCOME_UNKNOWN' })
    redis.thaw()
    await eventually(() => publishText(pubsub, 'orders', 'x').then(() => true))
    await redis.stop()
    await eventually(async () => {
      await assert.rejects(publishText(pubsub, 'orders', 'x'), {
        code: 'PUBSUB_UNAVAILABLE',
        message: /^no connection to Redis at .*ECONNREFUSED/,
      })
      return true
    })
  })

  test('names a wrong password and never prints it', async function () {
    await using redis = await startRedis(this, { password: 'right' })
    await assert.rejects(connect(redis, { redisPassword: 'planted' }), (error: Error) => {
      assert.equal(codeOf(error), 'PUBSUB_UNAVAILABLE')
      assert.match(error.message, /check redisUsername and redisPassword/)
      assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /planted/)
      return true
    })
  })

  test('logs once why nothing is delivered, and delivers when it is cured', async function () {
    await using redis = await startRedis(this)
    const lines: string[] = []
    const log = createLogger({
      level: 'debug',
      format: formatLogfmt,
      fields: {},
      write: (line) => lines.push(line),
      nowUs: () => 0,
    })
    await redis.command('SET', 'orders', 'x')
    await using pubsub = await openPubSub('pubsub.redis', { redisHost: redis.address }, { log })
    await using listener = await listen(pubsub, 'orders')
    await eventually(() => lines.length > 0)
    await redis.command('DEL', 'orders')
    await publishText(pubsub, 'orders', 'x')
    await listener.waitFor((texts) => texts.length === 1)
    assert.equal(lines.filter((line) => line.includes('nothing is delivered')).length, 1)
    assert.match(lines.join('\n'), /holds no stream.*topic=orders/)
  })
})
