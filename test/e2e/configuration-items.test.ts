import assert from 'node:assert/strict'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { startTestApp } from '../support/test-app.ts'

const items = (value: object) =>
  component('config', 'configuration.in-memory', [{ name: 'items', value }])

async function open(components: Readonly<Record<string, string>>, status = 200) {
  const app = await startTestApp({
    handler(request, response) {
      request.resume()
      request.once('end', () => response.writeHead(status).end())
    },
  })
  const started = await startBlockSidecar(components, { appPort: app.port })
  return {
    ...started,
    app,
    get: (path: string) => started.call('GET', `/v1.0/configuration/${path}`),
    /** What the app was told: path and items. */
    told: () =>
      app.requests
        .filter(({ target, complete }) => complete && target.startsWith('/configuration/'))
        .map(({ target, body }) => [target, JSON.parse(body.toString()).items]),
    async subscribe(query = '') {
      const answer = await started.call('GET', `/v1.0/configuration/config/subscribe${query}`)
      assert.equal(answer.status, 200, answer.text)
      return JSON.parse(answer.text).id as string
    },
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

describe('configuration over HTTP [dapr: pkg/api/http/http.go]', () => {
  const ITEMS = { a: 'PLANTED-1', b: { value: 2, version: 'v7', metadata: { unit: 's' } } }

  test('gets some items, or all, on both versions', async () => {
    await using opened = await open({ 'c.yaml': items(ITEMS) })
    assert.equal((await opened.get('config?key=a&key=ghost')).text, '{"a":{"value":"PLANTED-1"}}')
    assert.equal((await opened.get('config?key=ghost')).status, 204)
    const all = await opened.call('GET', '/v1.0-alpha1/configuration/config')
    assert.deepEqual(JSON.parse(all.text), {
      a: { value: 'PLANTED-1' },
      b: { value: '2', version: 'v7', metadata: { unit: 's' } },
    })
  })

  test('tells the app of each change, until it unsubscribes', async () => {
    await using opened = await open({ 'c.yaml': items({ a: '1', 'b/c d': '1', other: '1' }) })
    const id = await opened.subscribe('?key=a&key=b%2Fc+d')
    await opened.put('c.yaml', items({ a: '2', 'b/c d': '2', other: '2' }))
    await opened.app.waitFor(() => opened.told().length === 2)
    const changed = { a: { value: '2' }, 'b/c d': { value: '2' } }
    assert.deepEqual(opened.told(), [
      ['/configuration/config/a', changed],
      ['/configuration/config/b/c%20d', changed],
    ])
    const [first] = opened.app.requests.filter(({ target }) => target.endsWith('/a'))
    assert.equal(JSON.parse(String(first?.body)).id, id)
    const ended = await opened.get(`config/${id}/unsubscribe`)
    assert.deepEqual([ended.status, ended.text], [200, '{"ok":true}'])
    await opened.put('c.yaml', items({ a: '3', 'b/c d': '3' }))
    await eventually(async () => (await opened.get('config?key=a')).text.includes('3'))
    assert.equal(opened.told().length, 2)
  })

  test('tells that an item is gone, and goes on when the component comes back', async () => {
    await using opened = await open({ 'c.yaml': items({ a: '1', b: '1' }) })
    await opened.subscribe()
    await opened.put('c.yaml', items({ b: '1' }))
    await opened.app.waitFor(() => opened.told().length === 1)
    assert.deepEqual(opened.told()[0], ['/configuration/config/a', { a: {} }])
    await opened.remove('c.yaml')
    await eventually(async () => (await opened.get('config')).status === 500)
    await opened.put('c.yaml', items({ b: '5' }))
    await opened.app.waitFor(() => opened.told().length === 2)
    assert.deepEqual(opened.told()[1], ['/configuration/config/b', { b: { value: '5' } }])
  })

  test('is a trace for each key, which goes on in the app, and red when it refuses', async () => {
    await using opened = await open({ 'c.yaml': items({ 'planted-key': 'PLANTED-1' }) }, 500)
    await opened.subscribe()
    await opened.put('c.yaml', items({ 'planted-key': 'PLANTED-2' }))
    const named = () => opened.receiver.spans.find(({ name }) => name === 'configuration/config')
    await opened.receiver.waitFor(() => named() !== undefined)
    const span = named()
    assert.equal(span?.tags?.error, 'Code(500)')
    assert.equal(span?.tags?.['sidelight.delivery.outcome'], 'drop')
    const pushes = opened.app.requests.filter(({ target }) => target.startsWith('/configuration/'))
    assert.equal(pushes.length, 1, 'what the app does not take is not sent again')
    assert.equal(pushes[0]?.headers.traceparent, `00-${span?.traceId}-${span?.id}-01`)
    for (const [place, text] of Object.entries(await opened.outputs()))
      assert.doesNotMatch(text, /PLANTED|planted-key/, place)
  })

  test('is counted as daprd counts it, without ids in spans and labels', async () => {
    await using opened = await open({ 'c.yaml': items({ a: '1' }) })
    const id = await opened.subscribe()
    await opened.get(`config/${id}/unsubscribe`)
    await opened.get('config/no-such-id/unsubscribe')
    await opened.receiver.waitFor(({ spans }) => spans.length === 6)
    const { metrics = '', ...others } = await opened.outputs()
    for (const [operation, success, count] of [
      ['subscribe', 'true', 1],
      ['unsubscribe', 'true', 1],
      ['unsubscribe', 'false', 1],
    ])
      assert.match(
        metrics,
        new RegExp(
          `dapr_component_configuration_count\\{app_id="shop",component="config",namespace="default",operation="${operation}",success="${success}"\\} ${count}`,
        ),
      )
    for (const text of [metrics, ...Object.values(others)])
      assert.ok(!text.includes(id) && !text.includes('no-such-id'))
    assert.ok(
      opened.receiver.spans.some(
        ({ name }) => name === '/v1.0/configuration/config/{id}/unsubscribe',
      ),
    )
  })

  test('refuses in Dapr’s words', async () => {
    await using opened = await open({ 'c.yaml': items({}) })
    assert.equal(
      errorOf(await opened.get('other')),
      '400 ERR_CONFIGURATION_STORE_NOT_FOUND: configuration store other not found',
    )
    assert.deepEqual(await opened.get('config/x/unsubscribe'), {
      status: 500,
      text: '{"message":"failed to unsubscribe to configuration request x: subscription with id x does not exist"}',
    })
    await using lonely = await startBlockSidecar({ 'c.yaml': items({}) })
    assert.equal(
      errorOf(await lonely.call('GET', '/v1.0/configuration/config/subscribe')),
      '500 ERR_APP_CHANNEL_NIL: app channel is not initialized. cannot subscribe to configuration updates',
    )
    await using none = await startBlockSidecar({})
    assert.equal(
      errorOf(await none.call('GET', '/v1.0/configuration/config')),
      '500 ERR_CONFIGURATION_STORE_NOT_CONFIGURED: configuration stores not configured',
    )
  })

  test('refuses items that are none, and shows no word of them', async () => {
    const broken = component('config', 'configuration.in-memory', [
      { name: 'items', value: '{"a": PLANTED' },
    ])
    await assert.rejects(startBlockSidecar({ 'c.yaml': broken }), (error: Error) => {
      assert.match(error.message, /items: a JSON object is needed/)
      assert.doesNotMatch(error.message, /PLANTED/)
      return true
    })
  })
})

describe('configuration.redis through the sidecar', () => {
  const config = (redis: RealRedis) =>
    component('config', 'configuration.redis', [{ name: 'redisHost', value: redis.address }])

  test('tells nothing of an item that is set to what it was', async function () {
    await using redis = await startRedis(this)
    await using opened = await open({ 'c.yaml': config(redis) })
    await redis.command('SET', 'limit', '1')
    await opened.subscribe('?key=limit')
    for (const value of ['1', '2', '2', '3']) await redis.command('SET', 'limit', value)
    const values = () => opened.told().map(([, told]) => told.limit.value)
    await opened.app.waitFor(() => values().at(-1) === '3')
    assert.deepEqual([...new Set(values())], values())
  })

  test('tells of what was set while Redis was killed and came back', async function () {
    this.timeout(30_000)
    await using redis = await startRedis(this)
    await using opened = await open({ 'c.yaml': config(redis) })
    await redis.command('SET', 'limit', '1||v1')
    await opened.subscribe('?key=limit')
    assert.equal(
      (await opened.get('config?key=limit')).text,
      '{"limit":{"value":"1","version":"v1"}}',
    )
    await redis.command('SET', 'limit', '2||v2')
    await opened.app.waitFor(() => opened.told().length === 1)
    await redis.stop('SIGKILL')
    await redis.start()
    await redis.command('SET', 'limit', '3||v3')
    await opened.app.waitFor(() => opened.told().length === 2, { deadlineMs: 10_000 })
    await redis.command('SET', 'limit', '4||v4')
    await opened.app.waitFor(() => opened.told().some(([, told]) => told.limit.value === '4'))
    const values = opened.told().map(([, told]) => told.limit.value ?? 'gone')
    assert.ok(values.includes('2') && values.at(-1) === '4', values.join())
  })
})
