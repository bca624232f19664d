import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { eventually } from '../support/eventually.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { type ComponentSpec, type SpawnedSidecar, spawnSidecar } from '../support/spawn-sidecar.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']
const SOON = { processingTimeout: '1s', redeliverInterval: '200ms' }

const redisBroker = (redis: RealRedis): ComponentSpec => ({
  name: 'events',
  type: 'pubsub.redis',
  metadata: { redisHost: redis.address, ...SOON },
})

/** An app that hears `orders`, and remembers the ids. While it is shut, it answers nobody. */
async function startListener() {
  const heard = new Set<number>()
  let calls = 0
  let isShut = false
  const app = await startTestApp({
    handler(request, response: ServerResponse, seen) {
      request.resume()
      request.once('end', () => {
        if (seen.target === '/dapr/subscribe')
          return void response.end('[{"pubsubname":"events","topic":"orders","route":"/orders"}]')
        calls++
        if (isShut) return
        heard.add(JSON.parse(String(seen.body)).data.id)
        response.end()
      })
    },
  })
  return {
    heard,
    port: app.port,
    calls: () => calls,
    shut(value: boolean): void {
      isShut = value
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

const post = (sidecar: SpawnedSidecar, path: string, body: unknown) =>
  fetch(`http://127.0.0.1:${sidecar.port}/v1.0/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

/** Twenty at a time. @returns what was answered, by number */
async function postMany(
  count: number,
  send: (n: number) => Promise<Response>,
  onAnswer: (acknowledged: number) => void = () => undefined,
) {
  const answers = new Map<number, { readonly status: number; readonly text: string }>()
  let next = 0
  let acknowledged = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      const response = await send(n)
      answers.set(n, { status: response.status, text: await response.text() })
      if (response.status === 204) onAnswer(++acknowledged)
    }
  }
  await Promise.all(Array.from({ length: 20 }, lane))
  return answers
}

type Answers = Awaited<ReturnType<typeof postMany>>
const acknowledgedIn = (answers: Answers): number[] =>
  [...answers].filter(([, { status }]) => status === 204).map(([n]) => n)
const refusedIn = (answers: Answers): string[] => [
  ...new Set(
    [...answers.values()]
      .filter(({ status }) => status !== 204)
      .map(({ status, text }) => `${status} ${JSON.parse(text).errorCode}`),
  ),
]

/** Of a broker: what it is made of, and what ends with the test. */
type OpenBroker = (
  context: Mocha.Context,
) => Promise<{ component: ComponentSpec } & AsyncDisposable>

const BROKERS: Readonly<Record<string, OpenBroker>> = {
  async 'pubsub.redis'(context) {
    const redis = await startRedis(context, { args: DURABLE })
    return {
      component: redisBroker(redis),
      [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
    }
  },
  async 'pubsub.sqlite'() {
    const directory = await temporaryDirectory()
    return {
      component: {
        name: 'events',
        type: 'pubsub.sqlite',
        metadata: { connectionString: directory.file('messages.db'), ...SOON },
      },
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    }
  },
}

for (const [type, openBroker] of Object.entries(BROKERS))
  describe(`${type} among sidecars`, () => {
    test('delivers again what a sidecar had that was killed', async function () {
      this.timeout(60_000)
      await using broker = await openBroker(this)
      await using app = await startListener()
      const components = [broker.component]
      await using publisher = await spawnSidecar({ appId: 'publisher', components })
      app.shut(true)
      {
        await using subscriber = await spawnSidecar({
          appId: 'subscriber',
          appPort: app.port,
          components,
        })
        const answers = await postMany(100, (id) =>
          post(publisher, 'publish/events/orders', { id }),
        )
        assert.equal(acknowledgedIn(answers).length, 100)
        await eventually(() => app.calls() >= 10)
        await subscriber.program.stop('SIGKILL')
      }
      app.shut(false)
      await using again = await spawnSidecar({
        appId: 'subscriber',
        appPort: app.port,
        components,
      })
      await eventually(() => app.heard.size === 100, { deadlineMs: 30_000 })
      assert.equal(again.program.exited, undefined)
    })

    test('catches up with 10 000 messages that were published while nobody listened', async function () {
      this.timeout(120_000)
      await using broker = await openBroker(this)
      await using app = await startListener()
      const components = [broker.component]
      await using publisher = await spawnSidecar({ appId: 'publisher', components })
      const answers = await postMany(100, (n) =>
        post(
          publisher,
          'publish/bulk/events/orders',
          Array.from({ length: 100 }, (_, i) => ({
            entryId: String(i),
            event: { id: n * 100 + i },
            contentType: 'application/json',
          })),
        ),
      )
      assert.equal(acknowledgedIn(answers).length, 100)
      await using _subscriber = await spawnSidecar({
        appId: 'subscriber',
        appPort: app.port,
        components,
      })
      await eventually(() => app.heard.size === 10_000, { deadlineMs: 90_000 })
    })
  })

describe('a broker that is full', () => {
  test('takes of a bulk what it can, and the answer names the rest', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    await using app = await startListener()
    const metadata = { connectionString: directory.file('messages.db'), maxLen: '2', ...SOON }
    const components = [{ name: 'events', type: 'pubsub.sqlite', metadata }]
    app.shut(true)
    await using subscriber = await spawnSidecar({ appId: 'late', appPort: app.port, components })
    const entries = ['1', '2', '3'].map((entryId) => ({ entryId, event: { id: Number(entryId) } }))
    const answer = await post(subscriber, 'publish/bulk/events/orders', entries)
    assert.equal(answer.status, 500)
    const { errorCode, failedEntries } = (await answer.json()) as {
      errorCode: string
      failedEntries: { entryId: string; error: string }[]
    }
    assert.equal(errorCode, 'ERR_PUBSUB_PUBLISH_MESSAGE')
    assert.deepEqual(
      failedEntries.map(({ entryId }) => entryId),
      ['3'],
    )
    assert.match(failedEntries[0]?.error ?? '', /has not acknowledged 2 messages/)
  })
})

describe('Redis behind a sidecar', () => {
  test('is killed amid 1000 publishes: nothing acknowledged is lost', async function () {
    this.timeout(90_000)
    await using redis = await startRedis(this, { args: DURABLE })
    await using app = await startListener()
    const components = [redisBroker(redis)]
    await using sidecar = await spawnSidecar({ appId: 'shop', appPort: app.port, components })
    let restarted: Promise<void> | undefined
    const answers = await postMany(
      1000,
      (id) => post(sidecar, 'publish/events/orders', { id }),
      (acknowledged) => {
        if (acknowledged === 300) restarted = redis.stop('SIGKILL').then(() => redis.start())
      },
    )
    await restarted
    const acknowledged = acknowledgedIn(answers)
    assert.ok(acknowledged.length >= 300)
    assert.ok(refusedIn(answers).every((each) => each === '500 ERR_PUBSUB_PUBLISH_MESSAGE'))
    await eventually(() => acknowledged.every((id) => app.heard.has(id)), { deadlineMs: 30_000 })
  })

  test('is killed amid 1000 transactions: each is whole, and no break is called a conflict', async function () {
    this.timeout(90_000)
    await using redis = await startRedis(this, { args: DURABLE })
    const store = { name: 'store', type: 'state.redis', metadata: { redisHost: redis.address } }
    await using sidecar = await spawnSidecar({ appId: 'shop', components: [store] })
    let restarted: Promise<void> | undefined
    const upsert = (key: string, value: number) => ({
      operation: 'upsert',
      request: { key, value },
    })
    const answers = await postMany(
      1000,
      (n) =>
        post(sidecar, 'state/store/transaction', {
          operations: [upsert(`a-${n}`, n), upsert(`b-${n}`, n)],
        }),
      (acknowledged) => {
        if (acknowledged === 300) restarted = redis.stop('SIGKILL').then(() => redis.start())
      },
    )
    await restarted
    assert.ok(refusedIn(answers).every((each) => each === '500 ERR_STATE_TRANSACTION'))
    const keys = [...answers.keys()].flatMap((n) => [`a-${n}`, `b-${n}`])
    const entries = await eventually(async () => {
      const response = await post(sidecar, 'state/store/bulk', { keys })
      const found = (await response.json()) as { key: string; data?: number; error?: string }[]
      return found.every(({ error }) => error === undefined) && found
    })
    const values = new Map(entries.map(({ key, data }) => [key, data]))
    for (const [n, { status }] of answers) {
      assert.equal(values.get(`a-${n}`), values.get(`b-${n}`), `transaction ${n} is half done`)
      if (status === 204) assert.equal(values.get(`a-${n}`), n, `transaction ${n} is lost`)
    }
  })

  test('is full: a write is refused by name, and what is there is served on', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this, { args: ['--maxmemory-policy', 'noeviction'] })
    const components = [
      { name: 'store', type: 'state.redis', metadata: { redisHost: redis.address } },
      redisBroker(redis),
    ]
    await using sidecar = await spawnSidecar({ appId: 'shop', components })
    const save = () => post(sidecar, 'state/store', [{ key: 'a', value: 1 }])
    assert.equal((await save()).status, 204)
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    for (const [answer, code] of [
      [await save(), 'ERR_STATE_SAVE'],
      [await post(sidecar, 'publish/events/orders', { id: 1 }), 'ERR_PUBSUB_PUBLISH_MESSAGE'],
    ] as const) {
      assert.equal(answer.status, 500)
      const { errorCode, message } = (await answer.json()) as Record<string, string>
      assert.equal(errorCode, code)
      assert.match(message ?? '', /memory/)
    }
    const read = await fetch(`http://127.0.0.1:${sidecar.port}/v1.0/state/store/a`)
    assert.equal(await read.text(), '1')
  })

  test('refuses the password: the sidecar ends with its name and not with its text', async function () {
    await using redis = await startRedis(this, { password: 'the-right-one' })
    const store = {
      name: 'store',
      type: 'state.redis',
      metadata: { redisHost: redis.address, redisPassword: 'planted-wrong-one' },
    }
    const error = await spawnSidecar({ appId: 'shop', components: [store] }).then(
      () => assert.fail('it started'),
      (failed: Error) => failed,
    )
    assert.match(error.message, /password/)
    assert.doesNotMatch(error.message, /planted/)
  })
})
