import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import {
  type Bundle,
  createFakeClock,
  deliver,
  operation,
  publish,
  type SidecarOfApp,
  startBundle,
} from '../../src/local/testing/index.ts'
import { eventually } from '../support/eventually.ts'

/** Takes an order: keeps it, and tells of it. */
const shop =
  ({ url }: SidecarOfApp): RequestListener =>
  (req, res) => {
    if (req.url !== '/orders') return res.writeHead(404).end()
    const traceparent = String(req.headers.traceparent)
    const headers = { 'Content-Type': 'application/json', traceparent }
    void (async () => {
      const body = JSON.stringify([{ key: 'one', value: 1 }])
      const kept = await fetch(`${url}/v1.0/state/statestore`, { method: 'POST', headers, body })
      const told = await fetch(`${url}/v1.0/publish/pubsub/orders`, {
        method: 'POST',
        headers,
        body: '{"id":1}',
      })
      res.writeHead(kept.ok && told.ok ? 200 : 502).end()
    })()
  }

const shipping: RequestListener = (req, res) => {
  res.setHeader('Content-Type', 'application/json')
  if (req.url === '/dapr/subscribe')
    res.end(JSON.stringify([{ pubsubname: 'pubsub', topic: 'orders', route: '/shipments' }]))
  else res.end('{}')
}

const shipped = [
  { id: 'shop', create: shop },
  { id: 'shipping', listener: shipping },
]

describe('sidelight/testing', () => {
  let bundle: Bundle
  afterEach(() => bundle?.close())

  const order = () => bundle.apps.shop?.invoke('orders', { method: 'POST' })

  test('starts apps with their sidecars, and finds the trace and the metrics of what they did', async () => {
    bundle = await startBundle({ apps: shipped })
    assert.equal((await order())?.status, 200)
    const trace = await bundle.trace((t) =>
      t
        .root('POST /orders')
        .has(operation('statestore', 'set'), publish('orders').has(deliver('shipping').times(1))),
    )
    assert.equal(trace.spans.length, 6)
    assert.match(String(trace), /└ shipping: pubsub\/orders/)
    const labels = { topic: 'orders' }
    const { value } = await bundle.metrics('shop')
    assert.equal(value('dapr_component_pubsub_egress_count', labels), 1)
    assert.equal(value('dapr_component_pubsub_egress_count', { topic: 'none' }), 0)
    assert.equal((await bundle.metrics('shipping')).value('dapr_component_pubsub_egress_count'), 0)
  })

  test('says the first difference, and shows the trace that comes nearest', async () => {
    bundle = await startBundle({ apps: shipped })
    await order()
    const look = bundle.trace(
      (t) =>
        t
          .root('POST /orders')
          .has(publish('orders').has(deliver('shipping').failed()), publish('orders').times(2))
          .lacks(operation('statestore')),
      { timeoutMs: 500 },
    )
    const { message } = (await look.catch((error) => error)) as Error
    assert.deepEqual(message.split('\n').slice(0, 7), [
      'no trace within 500 ms has what is expected; the first difference: deliver shipping failed: no such span below publish orders',
      '',
      '✔ POST /orders',
      '  ✔ publish orders',
      '    ✘ deliver shipping failed: no such span below publish orders',
      '  ✘ publish orders × 2: 1 of these below POST /orders',
      '  ✘ no an operation of statestore: is below POST /orders, and should not be',
    ])
    assert.match(message, /The trace:\n[0-9a-f]{32} .*\n\nshop: calllocal\/shop\/orders/)
    await assert.rejects(
      bundle.trace((t) => t.root(/^nowhere$/), { timeoutMs: 1 }),
      { code: 'TRACE_NOT_FOUND' },
    )
  })

  test('tunes live, and refuses a Configuration that is wrong with what was in force staying so', async () => {
    bundle = await startBundle({ apps: shipped, configuration: { tracing: { samplingRate: '0' } } })
    await order()
    await assert.rejects(bundle.configure({ tracing: { samplingRate: 'all' } }), {
      code: 'CONFIGURATION_INVALID',
      message: /samplingRate/,
    })
    await assert.rejects(
      bundle.trace((t) => t.root('POST /orders'), { timeoutMs: 100 }),
      { message: /no trace at all/ },
    )
    await bundle.configure({ tracing: { samplingRate: '1' } })
    await order()
    await bundle.trace((t) => t.root('POST /orders'))
  })

  test('breaks and delays components by name or engine, and apps, until they are healed', async () => {
    const components = (['state', 'pubsub'] as const).map((block) => ({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Component',
      metadata: { name: block === 'state' ? 'statestore' : block },
      spec: {
        type: `${block}.redis`,
        version: 'v1',
        metadata: [{ name: 'redisHost', value: 'redis.production:6379' }],
      },
    }))
    const clock = createFakeClock()
    bundle = await startBundle({ apps: shipped, components, clock })
    bundle.break('redis')
    assert.equal((await order())?.status, 502)
    await bundle.trace((t) =>
      t
        .root('POST /orders')
        .has(operation('statestore', 'set').failed(), publish('orders').failed())
        .lacks(deliver('shipping')),
    )
    bundle.heal('redis')
    bundle.break('shop', { status: 503 })
    assert.equal((await order())?.status, 503)
    bundle.heal()
    bundle.delay('pubsub', 60_000)
    const late = order()
    await eventually(() => clock.pending > 0 && bundle.apps.shop)
    let isDone = false
    void late?.then(() => {
      isDone = true
    })
    await eventually(() => {
      clock.advance(10_000)
      return isDone
    })
    assert.equal((await late)?.status, 200)
    assert.throws(() => bundle.break('rediss'), {
      code: 'TEST_TARGET_UNKNOWN',
      message: /was redis meant\? There are shop, shipping, statestore, pubsub, redis$/,
    })
  })

  test('refuses what it cannot start, and leaves nothing behind', async () => {
    const refused = async (options: Parameters<typeof startBundle>[0], message: RegExp) =>
      assert.rejects(startBundle(options), { code: 'BUNDLE_INVALID', message })
    await refused({ apps: [] }, /one or more are needed/)
    await refused(
      { apps: [{ id: 'a' }], resourcesPaths: ['/nonexistent'] },
      /cannot read \/nonexistent/,
    )
    await refused({ apps: [{ id: 'a' }, { id: 'a' }] }, /two apps are called a/)
    await refused({ apps: [{ id: 'a.b' }] }, /letters, digits/)
    await refused({ apps: [{ id: 'a', port: 1, listener: shipping }] }, /has one/)
    await refused({ apps: [{ id: 'a' }], configuration: 'a: [' }, /not valid YAML/)
    await refused(
      { apps: [{ id: 'a' }], configuration: { tracing: { samplingRate: 'all' } } },
      /samplingRate/,
    )
    const components = 'apiVersion: dapr.io/v1alpha1\nkind: Component\nspec: { type: state.redis }'
    await refused({ apps: [{ id: 'a' }], components }, /metadata/)
    await assert.rejects(
      startBundle({
        apps: [
          {
            id: 'a',
            create() {
              throw new Error('the app has a bug')
            },
          },
        ],
      }),
      /the app has a bug/,
    )
  })
})
