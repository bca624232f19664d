import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import {
  CommunicationProtocolEnum,
  DaprClient,
  DaprPubSubStatusEnum,
  DaprServer,
  HttpMethod,
  LogLevel,
} from '@dapr/dapr'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startSidecars, tracing } from '../support/test-sidecars.ts'

const componentsIn = (home: string) => `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: statestore }
spec: { type: state.in-memory }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: pubsub }
spec: { type: pubsub.in-memory }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: secrets }
spec:
  type: secretstores.local.env
  metadata: [{ name: prefix, value: SHOP_ }]
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: locks }
spec: { type: lock.in-memory }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: files }
spec:
  type: bindings.localstorage
  metadata: [{ name: rootPath, value: "${home}/files" }]
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: tick }
spec:
  type: bindings.cron
  metadata: [{ name: schedule, value: "@every 1s" }]
`

/** The SDK tells the console of each answer that it does not like, which is what these tests are about. */
const logger = { level: LogLevel.Error, service: silentLog() }

function silentLog() {
  const nothing = (): void => undefined
  return { error: nothing, warn: nothing, info: nothing, verbose: nothing, debug: nothing }
}

/** The SDK as an app's author uses it: a server with a client of its own, over HTTP, beside a sidecar. */
async function open(prepare: (server: DaprServer) => Promise<unknown> = async () => undefined) {
  const receiver = await startSpanReceiver()
  const sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
  const directory = `${sidecars.home}/components`
  await mkdir(directory)
  await writeFile(`${directory}/all.yaml`, componentsIn(sidecars.home))
  const appPort = await freePort()
  const sidecar = await sidecars.start('shop', {
    appPort,
    flags: [`--resources-path=${directory}`],
    waitForApp: false,
    env: { SHOP_DB: 'a-password', OTHER: 'nothing of the shop’s' },
  })
  const options = {
    daprHost: '127.0.0.1',
    daprPort: String(sidecar.port),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    logger,
  }
  const server = new DaprServer({
    serverHost: '127.0.0.1',
    serverPort: String(appPort),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    clientOptions: options,
    logger,
  })
  await prepare(server)
  await server.start()
  await sidecar.ready
  return {
    receiver,
    sidecar,
    server,
    client: new DaprClient(options),
    async [Symbol.asyncDispose]() {
      await server.stop()
      await sidecars[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

describe('@dapr/dapr 3.18.0 over HTTP, unmodified', () => {
  test('keeps state: save, get, bulk, transaction, ETags, delete', async () => {
    await using opened = await open()
    const { state } = opened.client
    await state.save('statestore', [
      { key: 'a', value: { n: 1 } },
      { key: 'b', value: 'text', metadata: { ttlInSeconds: '100' } },
    ])
    assert.deepEqual(await state.get('statestore', 'a'), { n: 1 })
    assert.equal(await state.get('statestore', 'nothing'), '')
    const bulk = await state.getBulk('statestore', ['a', 'b', 'nothing'])
    assert.deepEqual(
      bulk.map(({ key, data }) => [key, data]),
      [
        ['a', { n: 1 }],
        ['b', 'text'],
        ['nothing', undefined],
      ],
    )
    await state.transaction('statestore', [
      { operation: 'upsert', request: { key: 'a', value: 2 } },
      { operation: 'delete', request: { key: 'b' } },
    ])
    assert.equal(await state.get('statestore', 'a'), 2)
    assert.equal(await state.get('statestore', 'b'), '')
    await state.delete('statestore', 'a')
    assert.equal(await state.get('statestore', 'a'), '')
  })

  test('is invoked, and invokes, with its metadata and its health', async () => {
    await using opened = await open((server) =>
      server.invoker.listen(
        'orders/new',
        async ({ body }) => ({ got: JSON.parse(body ?? 'null') }),
        {
          method: HttpMethod.POST,
        },
      ),
    )
    const { invoker, metadata, health } = opened.client
    assert.deepEqual(await invoker.invoke('shop', 'orders/new', HttpMethod.POST, { n: 1 }), {
      got: { n: 1 },
    })
    assert.equal(await metadata.set('team', 'blue'), true)
    const { id, extended } = (await metadata.get()) as unknown as {
      id: string
      extended: Record<string, string>
    }
    assert.deepEqual([id, extended.team], ['shop', 'blue'])
    assert.equal(await health.isHealthy(), true)
  })

  test('publishes what it likes, and its subscription gets it as it was', async () => {
    const got: unknown[] = []
    await using opened = await open((server) =>
      server.pubsub.subscribe('pubsub', 'orders', async (data) => void got.push(data)),
    )
    const { pubsub } = opened.client
    const all = [
      { n: 1 },
      'text',
      [1, 'two'],
      { specversion: '1.0', id: '7', source: 's', type: 't', data: 8 },
    ]
    for (const data of all) assert.deepEqual(await pubsub.publish('pubsub', 'orders', data), {})
    await eventually(() => got.length === all.length)
    assert.deepEqual(got, [{ n: 1 }, 'text', [1, 'two'], 8])
    const nothing = await pubsub.publish('pubsub', 'orders')
    assert.equal(nothing.error, undefined)
    await eventually(() => got.length === all.length + 1)
    const failed = await pubsub.publish('nowhere', 'orders', 'x')
    assert.match(String(failed.error), /ERR_PUBSUB_NOT_FOUND/)
  })

  test('publishes in bulk to routes by rule, and buries what is dropped', async () => {
    const got: string[] = []
    const hear = (route: string) => async (data: { readonly n: number }) =>
      void got.push(`${route} ${data.n}`)
    await using opened = await open(async (server) => {
      await server.pubsub.subscribeWithOptions('pubsub', 'orders', {
        deadLetterTopic: 'dead',
        route: {
          rules: [{ match: 'event.data.n > 10', path: '/large' }],
          default: '/default',
        },
      })
      server.pubsub.subscribeToRoute('pubsub', 'orders', '/large', hear('large'))
      server.pubsub.subscribeToRoute('pubsub', 'orders', '/default', hear('default'))
      await server.pubsub.subscribeWithOptions('pubsub', 'refused', {
        callback: async () => DaprPubSubStatusEnum.DROP,
        deadLetterTopic: 'dead',
      })
      await server.pubsub.subscribe('pubsub', 'dead', hear('dead'))
    })
    const { pubsub } = opened.client
    const { failedMessages } = await pubsub.publishBulk('pubsub', 'orders', [{ n: 1 }, { n: 11 }])
    assert.deepEqual(failedMessages, [])
    await pubsub.publish('pubsub', 'refused', { n: 5 })
    await eventually(() => new Set(got).size === 3)
    assert.deepEqual([...new Set(got)].sort(), ['dead 5', 'default 1', 'large 11'])
  })

  test('sends to a binding, and receives from one', async () => {
    let ticks = 0
    await using opened = await open((server) =>
      server.binding.receive('tick', async () => void ticks++),
    )
    const { binding } = opened.client
    await binding.send('files', 'create', { n: 1 }, { fileName: 'a.json' })
    assert.deepEqual(await binding.send('files', 'get', undefined, { fileName: 'a.json' }), {
      n: 1,
    })
    await eventually(() => ticks > 0)
    await opened.receiver.waitFor(({ spans }) => spans.some(({ name }) => name === 'bindings/tick'))
  })

  test('reads secrets and holds locks', async () => {
    await using opened = await open()
    const { secret, lock } = opened.client
    assert.deepEqual(await secret.get('secrets', 'DB'), { DB: 'a-password' })
    assert.deepEqual(await secret.getBulk('secrets'), { DB: { DB: 'a-password' } })
    assert.deepEqual(await lock.lock('locks', 'order-7', 'one', 60), { success: true })
    assert.deepEqual(await lock.lock('locks', 'order-7', 'two', 60), { success: false })
    const answers = []
    for (const owner of ['two', 'one', 'one'])
      answers.push((await lock.unlock('locks', 'order-7', owner)).status)
    // Of others, released, nobody's.
    assert.deepEqual(answers, [2, 0, 1])
  })
})
