import assert from 'node:assert/strict'
import type { PubSub } from '../../src/components/pubsub/index.ts'
import { eventually } from '../support/eventually.ts'
import { listen, publishText } from '../support/open-pubsub.ts'

type Reason = string

export interface OpenedBroker extends AsyncDisposable {
  /** Another sidecar at the same broker, which is empty at first. It soon delivers again what is rejected. */
  connect(
    appId: string,
    settings?: { readonly concurrency?: number; readonly processingTimeoutMs?: number },
  ): Promise<PubSub>
}

function createGate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Every broker keeps these. Titles are the keys of `skip`. */
export function describePubSub(
  name: string,
  open: () => Promise<OpenedBroker>,
  { skip = {} }: { readonly skip?: Readonly<Record<string, Reason>> } = {},
): void {
  const check = (title: string, run: (broker: OpenedBroker) => Promise<void>): void => {
    const reason = skip[title]
    test(reason === undefined ? title : `${title} (skipped: ${reason})`, async function () {
      if (reason !== undefined) this.skip()
      await using broker = await open()
      await run(broker)
    })
  }

  describe(`${name} as a broker`, () => {
    describe('messages', () => {
      check('reach a subscriber as they were published', async ({ connect }) => {
        await using pubsub = await connect('a')
        await using listener = await listen(pubsub, 'orders')
        const before = Date.now()
        await publishText(pubsub, 'orders', '{"n":1}', { ttl: '7', ключ: 'значение' })
        await listener.waitFor((texts) => texts.length === 1)
        const [message] = listener.messages
        assert.equal(message?.topic, 'orders')
        assert.deepEqual(listener.texts(), ['{"n":1}'])
        assert.equal(message?.attempt, 1)
        assert.ok(Math.abs((message?.publishedMs ?? 0) - before) < 60_000)
      })
      check('bring the metadata of their publisher', async ({ connect }) => {
        await using pubsub = await connect('a')
        await using listener = await listen(pubsub, 'orders')
        await publishText(pubsub, 'orders', 'x', { partitionKey: '7', ключ: '"значение"' })
        await listener.waitFor((texts) => texts.length === 1)
        assert.deepEqual(listener.messages[0]?.metadata, { partitionKey: '7', ключ: '"значение"' })
      })
      check('may be empty, or any bytes', async ({ connect }) => {
        await using pubsub = await connect('a', { concurrency: 1 })
        await using listener = await listen(pubsub, 'orders')
        const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
        for (const data of [new Uint8Array(), bytes, bytes.subarray(7, 9)])
          await pubsub.publish({ topic: 'orders', data, contentType: '', metadata: {} })
        await listener.waitFor((texts) => texts.length === 3)
        assert.deepEqual(
          listener.messages.map(({ data }) => [...data]),
          [[], [...bytes], [7, 8]],
        )
      })
      check('may be of 4 MiB', async ({ connect }) => {
        await using pubsub = await connect('a')
        await using listener = await listen(pubsub, 'orders')
        const data = new Uint8Array(4 * 1024 * 1024).fill(7)
        await pubsub.publish({ topic: 'orders', data, contentType: '', metadata: {} })
        await listener.waitFor((texts) => texts.length === 1)
        assert.equal(Buffer.compare(listener.messages[0]?.data ?? data.subarray(1), data), 0)
      })
      check(
        'keep their bytes when the publisher goes on writing into them',
        async ({ connect }) => {
          await using pubsub = await connect('a')
          await using listener = await listen(pubsub, 'orders')
          const data = Buffer.from('first')
          await pubsub.publish({ topic: 'orders', data, contentType: '', metadata: {} })
          data.fill('x')
          await listener.waitFor((texts) => texts.length === 1)
          assert.deepEqual(listener.texts(), ['first'])
        },
      )
      check('of other topics are not delivered', async ({ connect }) => {
        await using pubsub = await connect('a', { concurrency: 1 })
        await using listener = await listen(pubsub, 'orders')
        await using other = await listen(pubsub, 'orders/eu ü')
        for (const topic of ['orders/eu', 'order', 'orders/eu ü', 'orders'])
          await publishText(pubsub, topic, topic)
        await other.waitFor((texts) => texts.length === 1)
        await listener.waitFor((texts) => texts.length === 1)
        assert.deepEqual([listener.texts(), other.texts()], [['orders'], ['orders/eu ü']])
      })
      check('nobody wants are taken all the same', async ({ connect }) => {
        await using pubsub = await connect('a')
        await publishText(pubsub, 'nobody', 'x')
      })
      check('come in their order, 1000 of them, where one is handled at a time', async (broker) => {
        await using pubsub = await broker.connect('a', { concurrency: 1 })
        await using listener = await listen(pubsub, 'orders')
        const sent = Array.from({ length: 1000 }, (_, n) => String(n))
        await Promise.all(sent.map((text) => publishText(pubsub, 'orders', text)))
        await listener.waitFor((texts) => texts.length === 1000)
        assert.deepEqual(listener.texts(), sent)
      })
      check('wait for a subscriber that comes later', async ({ connect }) => {
        await using pubsub = await connect('a')
        await publishText(pubsub, 'orders', 'early')
        await using listener = await listen(pubsub, 'orders')
        await listener.waitFor((texts) => texts[0] === 'early')
      })
      check('reach a topic that ends in a star', async ({ connect }) => {
        await using pubsub = await connect('a')
        assert.ok(pubsub.features.has('SUBSCRIBE_WILDCARDS'))
        await using listener = await listen(pubsub, 'orders/*')
        await publishText(pubsub, 'orders/eu', 'x')
        await listener.waitFor((texts) => texts.length === 1)
        assert.equal(listener.messages[0]?.topic, 'orders/eu')
      })
    })

    describe('groups', () => {
      check('of two apps both get every message', async ({ connect }) => {
        await using a = await connect('a')
        await using b = await connect('b')
        await using ofA = await listen(a, 'orders')
        await using ofB = await listen(b, 'orders')
        const sent = Array.from({ length: 50 }, (_, n) => String(n))
        for (const text of sent) await publishText(a, 'orders', text)
        for (const listener of [ofA, ofB]) {
          await listener.waitFor((texts) => texts.length === 50)
          assert.deepEqual(new Set(listener.texts()), new Set(sent))
        }
      })
      check('of two replicas share them, each message once', async ({ connect }) => {
        await using one = await connect('a', { concurrency: 1, processingTimeoutMs: 60_000 })
        await using two = await connect('a', { concurrency: 1, processingTimeoutMs: 60_000 })
        const gate = createGate()
        await using ofOne = await listen(one, 'orders', () => gate.opened)
        await publishText(one, 'orders', '0')
        await ofOne.waitFor((texts) => texts.length === 1)
        await using ofTwo = await listen(two, 'orders')
        for (let n = 1; n < 100; n++) await publishText(one, 'orders', String(n))
        await ofTwo.waitFor((texts) => texts.length > 0)
        gate.open()
        const all = () => [...ofOne.texts(), ...ofTwo.texts()]
        await eventually(() => all().length >= 100)
        assert.equal(all().length, 100)
        assert.equal(new Set(all()).size, 100)
      })
    })

    describe('a handler that rejects', () => {
      check('gets the message again, counted', async ({ connect }) => {
        await using pubsub = await connect('a')
        await using listener = await listen(pubsub, 'orders', async ({ attempt }) => {
          if (attempt < 3) throw new Error('again')
        })
        await publishText(pubsub, 'orders', 'x', { k: 'v' })
        await listener.waitFor((texts) => texts.length === 3)
        const seen = listener.messages.map(({ attempt, metadata }) => [attempt, metadata.k])
        assert.deepEqual(seen, [
          [1, 'v'],
          [2, 'v'],
          [3, 'v'],
        ])
        assert.equal(new Set(listener.messages.map(({ publishedMs }) => publishedMs)).size, 1)
      })
      check('does not hold up the messages behind it', async ({ connect }) => {
        await using pubsub = await connect('a', { concurrency: 2 })
        await using listener = await listen(pubsub, 'orders', async ({ data }) => {
          if (Buffer.from(data).toString() === 'poison') throw new Error('again')
        })
        await publishText(pubsub, 'orders', 'poison')
        for (let n = 0; n < 100; n++) await publishText(pubsub, 'orders', String(n))
        await listener.waitFor((texts) => new Set(texts).size === 101)
        await listener.waitFor((texts) => texts.filter((text) => text === 'poison').length > 1)
        assert.equal(listener.texts().filter((text) => text !== 'poison').length, 100)
      })
    })

    describe('handlers', () => {
      check('run as many at a time as was said, and no more', async ({ connect }) => {
        await using pubsub = await connect('a', { concurrency: 3, processingTimeoutMs: 60_000 })
        const gate = createGate()
        let running = 0
        let most = 0
        await using listener = await listen(pubsub, 'orders', async () => {
          most = Math.max(most, ++running)
          await gate.opened
          running--
        })
        for (let n = 0; n < 30; n++) await publishText(pubsub, 'orders', String(n))
        await listener.waitFor((texts) => texts.length === 3)
        gate.open()
        await listener.waitFor((texts) => texts.length === 30)
        assert.equal(most, 3)
      })
      check('of a slow subscriber do not slow another topic', async ({ connect }) => {
        await using pubsub = await connect('a', { concurrency: 1 })
        const gate = createGate()
        await using slow = await listen(pubsub, 'slow', () => gate.opened)
        await using quick = await listen(pubsub, 'quick')
        for (let n = 0; n < 10; n++) await publishText(pubsub, 'slow', String(n))
        await slow.waitFor((texts) => texts.length === 1)
        await publishText(pubsub, 'quick', 'x')
        await quick.waitFor((texts) => texts.length === 1)
        gate.open()
      })
    })

    describe('the end of a subscription', () => {
      check('waits for deliveries under way, tells them, and begins no other', async (broker) => {
        await using pubsub = await broker.connect('a', { concurrency: 1 })
        const gate = createGate()
        let told = false
        const listener = await listen(pubsub, 'orders', async (_message, signal) => {
          signal.addEventListener('abort', () => {
            told = true
          })
          await gate.opened
        })
        for (let n = 0; n < 5; n++) await publishText(pubsub, 'orders', String(n))
        await listener.waitFor((texts) => texts.length === 1)
        let ended = false
        const end = listener[Symbol.asyncDispose]().then(() => {
          ended = true
        })
        await eventually(() => told)
        assert.equal(ended, false)
        gate.open()
        await end
        assert.deepEqual(listener.texts(), ['0'])
      })
      check('may be asked for twice, and with the broker', async ({ connect }) => {
        const pubsub = await connect('a')
        const listener = await listen(pubsub, 'orders')
        await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()])
        const other = await listen(pubsub, 'orders')
        await pubsub[Symbol.asyncDispose]()
        await other[Symbol.asyncDispose]()
      })
      check(
        'leaves what was not begun to the next subscriber, soon, as never tried',
        async (broker) => {
          await using one = await broker.connect('a', {
            concurrency: 1,
            processingTimeoutMs: 60_000,
          })
          const gate = createGate()
          const first = await listen(one, 'orders', () => gate.opened)
          for (let n = 0; n < 20; n++) await publishText(one, 'orders', String(n))
          await first.waitFor((texts) => texts.length === 1)
          const end = first[Symbol.asyncDispose]()
          gate.open()
          await end
          await using two = await broker.connect('a', { processingTimeoutMs: 60_000 })
          await using second = await listen(two, 'orders')
          await second.waitFor((texts) => texts.length === 19)
          assert.deepEqual(new Set([...first.texts(), ...second.texts()]).size, 20)
          assert.ok(second.messages.every(({ attempt }) => attempt === 1))
        },
      )
    })
  })
}
