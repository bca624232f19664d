import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/free-ports.ts'
import { type AppHandler, startTestApp } from '../support/test-app.ts'
import { send } from '../support/test-sidecars.ts'

const resiliency = (spec: object, name = 'policies') =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Resiliency',
    metadata: { name },
    spec,
  })

const FAST = { policy: 'constant', duration: '1ms', maxRetries: 3 }
const target = (names: object) => ({ targets: { apps: { orders: names } } })

/** Answers 503 to the first calls, and 200 to the rest, with the body that came. */
const failing =
  (times: number): AppHandler =>
  (request, response, _seen, app) => {
    request.once('end', () => {
      const status = app.requests.length <= times ? 503 : 200
      response.writeHead(status, { 'x-call': `${app.requests.length}` })
      response.end(app.requests.at(-1)?.body)
    })
    request.resume()
  }

/** A sidecar `shop` with these resources, and a peer `orders` with this app. */
async function open(spec: object, handler: AppHandler) {
  const app = await startTestApp({ handler })
  const shop = await startBlockSidecar({ 'r.yaml': resiliency(spec) })
  const orders = await shop.sidecars.start('orders', { appPort: app.port })
  return {
    app,
    shop,
    orders,
    invoke: (path = 'x', body = '', headers: readonly string[] = []) =>
      send(shop.sidecar.port, 'POST', `/v1.0/invoke/orders/method/${path}`, headers, body),
    configure: (next: object) => shop.put('r.yaml', resiliency(next)),
    /** What the spans of the caller's sidecar tell, once there are as many. */
    async events(spans = 1): Promise<string[]> {
      const found = () =>
        shop.receiver.spans.filter(
          ({ name, localEndpoint }) => name === SPAN && localEndpoint?.serviceName === 'shop',
        )
      await shop.receiver.waitFor(() => found().length >= spans)
      return found().flatMap(({ annotations = [] }) => annotations.map(({ value }) => value))
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

const SPAN = 'calllocal/orders/x'

describe('resiliency of service invocation', () => {
  test('an app that fails twice is called three times, with its body, and the span tells', async () => {
    const spec = { policies: { retries: { fast: FAST } }, ...target({ retry: 'fast' }) }
    await using opened = await open(spec, failing(2))
    const answer = await opened.invoke('x', 'hello')
    assert.deepEqual([answer.status, answer.body.toString()], [200, 'hello'])
    assert.deepEqual(
      opened.app.requests.map(({ body }) => body.toString()),
      ['hello', 'hello', 'hello'],
    )
    assert.deepEqual(await opened.events(), [
      'retry: {"attempt":1,"delay_ms":1,"reason":"503"}',
      'retry: {"attempt":2,"delay_ms":1,"reason":"503"}',
    ])
    const metrics = await opened.shop.sidecar.metrics()
    const labels =
      'app_id="shop",name="policies",policy="retry",namespace="default",flow_direction="outbound",target="app_orders",status=""'
    assert.ok(metrics.includes(`dapr_resiliency_count{${labels}} 1`), metrics)
    assert.ok(metrics.includes(`dapr_resiliency_activations_total{${labels}} 1`))
    assert.match(
      metrics,
      /dapr_resiliency_loaded\{app_id="shop",name="policies",namespace="default"\} 1/,
    )
    const metadata = (await opened.shop.sidecar.metadata()) as unknown as { resiliencies: object }
    assert.deepEqual(metadata.resiliencies, [{ name: 'policies' }])
  })

  test('the last answer passes through as it came when the retries are used up', async () => {
    const spec = { policies: { retries: { fast: FAST } }, ...target({ retry: 'fast' }) }
    await using opened = await open(spec, failing(99))
    const { status, body, headers } = await opened.invoke('x', 'sorry')
    assert.deepEqual([status, body.toString()], [503, 'sorry'])
    assert.deepEqual(
      headers.find(([name]) => name.toLowerCase() === 'x-call'),
      ['x-call', '4'],
    )
  })

  test('without a policy an answer of the app is final', async () => {
    await using opened = await open({}, failing(1))
    assert.equal((await opened.invoke()).status, 503)
    assert.equal(opened.app.requests.length, 1)
  })

  test('retries the codes that are named, and no body of unknown length', async () => {
    const matching = { httpStatusCodes: '500-502' }
    const spec = {
      policies: { retries: { some: { ...FAST, matching }, DefaultRetryPolicy: FAST } },
      ...target({ retry: 'some' }),
    }
    await using opened = await open(spec, failing(99))
    assert.equal((await opened.invoke()).status, 503)
    assert.equal(opened.app.requests.length, 1)
    await opened.configure({ policies: { retries: { DefaultRetryPolicy: FAST } } })
    await eventually(async () => {
      opened.app.clear()
      await opened.invoke()
      return opened.app.requests.length === 4
    })
    opened.app.clear()
    const chunked = ['Transfer-Encoding: chunked', '', '3', 'abc', '0']
    assert.equal((await opened.invoke('x', '', chunked)).status, 503)
    assert.deepEqual(
      opened.app.requests.map(({ body }) => body.toString()),
      ['abc'],
    )
  })

  test('an attempt ends at its timeout, with the words of Dapr', async () => {
    const spec = { policies: { timeouts: { short: '30ms' } }, ...target({ timeout: 'short' }) }
    await using opened = await open(spec, () => undefined)
    const { status, body } = await opened.invoke()
    assert.equal(status, 500)
    assert.deepEqual(JSON.parse(body.toString()), {
      errorCode: 'ERR_DIRECT_INVOKE',
      message: 'failed to invoke, id: orders, err: context deadline exceeded',
    })
    assert.deepEqual(await opened.events(), ['timeout: {"after_ms":30}'])
    await opened.app.waitFor(([request]) => request?.aborted === true)
  })

  test('a stream goes on after its timeout', async () => {
    // The head has to come in time, also on a busy machine; the tail has not.
    const spec = { policies: { timeouts: { short: '1s' } }, ...target({ timeout: 'short' }) }
    await using opened = await open(spec, (_, response) => {
      response.write('head')
      setTimeout(() => response.end(' and tail'), 1_100).unref()
    })
    assert.equal((await opened.invoke()).body.toString(), 'head and tail')
    assert.deepEqual(await opened.events(), [])
  })

  test('a breaker opens, lets one through and closes; each is an event and a gauge', async () => {
    let isWell = false
    const spec = {
      policies: {
        circuitBreakers: { quick: { timeout: '50ms', trip: 'consecutiveFailures >= 2' } },
      },
      ...target({ circuitBreaker: 'quick' }),
    }
    await using opened = await open(spec, (_, response) => {
      response.writeHead(isWell ? 200 : 500).end()
    })
    assert.deepEqual([(await opened.invoke()).status, (await opened.invoke()).status], [500, 500])
    const refused = await opened.invoke()
    assert.match(
      refused.body.toString(),
      /failed to invoke, id: orders, err: circuit breaker is open/,
    )
    assert.equal(opened.app.requests.length, 2)
    const gauge = async (state: string) =>
      new RegExp(
        `dapr_resiliency_cb_state\\{app_id="shop",name="policies",policy="circuitbreaker",namespace="default",flow_direction="outbound",target="app_orders",status="${state}"\\} (\\d)`,
      ).exec(await opened.shop.sidecar.metrics())?.[1]
    assert.deepEqual([await gauge('open'), await gauge('closed')], ['1', '0'])
    // A method of its own has a breaker of its own.
    assert.equal((await opened.invoke('y')).status, 500)
    isWell = true
    await eventually(async () => (await opened.invoke()).status === 200)
    assert.deepEqual([await gauge('open'), await gauge('closed')], ['0', '1'])
    await eventually(async () => (await opened.events()).length === 3)
    assert.deepEqual(await opened.events(), ['breaker_open', 'breaker_half_open', 'breaker_closed'])
  })

  test('follows a change of the policy, and a breaker that is as it was stays open', async () => {
    const breaker = { circuitBreakers: { slow: { timeout: '1h', trip: 'true' } } }
    const spec = { policies: { ...breaker }, ...target({ circuitBreaker: 'slow' }) }
    await using opened = await open(spec, failing(3))
    await opened.invoke()
    assert.match((await opened.invoke()).body.toString(), /circuit breaker is open/)
    await opened.configure({
      policies: { ...breaker, retries: { fast: FAST } },
      ...target({ circuitBreaker: 'slow', retry: 'fast' }),
    })
    await eventually(async () =>
      (await opened.shop.sidecar.metrics()).includes(
        'dapr_resiliency_loaded{app_id="shop",name="policies",namespace="default"} 2',
      ),
    )
    assert.match((await opened.invoke()).body.toString(), /circuit breaker is open/)
    await opened.configure({ policies: { retries: { fast: FAST } }, ...target({ retry: 'fast' }) })
    await eventually(async () => (await opened.invoke()).status === 200)
    assert.equal(opened.app.requests.length, 4)
  })

  test('a bad change is refused by name and changes nothing', async () => {
    const spec = { policies: { retries: { fast: FAST } }, ...target({ retry: 'fast' }) }
    await using opened = await open(spec, failing(1))
    await opened.configure({ policies: { circuitBreakers: { b: { trip: 'nonsense >' } } } })
    await eventually(() => opened.shop.sidecar.log.some((line) => line.includes('TRIP_INVALID')))
    assert.equal((await opened.invoke()).status, 200)
  })

  test('a client that leaves ends the retries', async () => {
    const endless = { policy: 'constant', duration: '1h', maxRetries: -1 }
    const spec = { policies: { retries: { endless } }, ...target({ retry: 'endless' }) }
    await using opened = await open(spec, failing(99))
    const client = connect(opened.shop.sidecar.port, '127.0.0.1')
    await once(client, 'connect')
    client.write('GET /v1.0/invoke/orders/method/x HTTP/1.1\r\nHost: t\r\n\r\n')
    await opened.app.waitFor(() => opened.app.requests.length === 1)
    client.destroy()
    // The span ends: nobody waits for the hour.
    assert.ok((await opened.events()).length <= 1)
    assert.equal(opened.app.requests.length, 1)
  })

  test('a target of its own has no built-in retries of a peer that cannot be reached', async () => {
    const spec = { policies: { timeouts: { long: '1h' } }, ...target({ timeout: 'long' }) }
    await using shop = await startBlockSidecar({ 'r.yaml': resiliency(spec) })
    const [port = 0] = await freePorts(1)
    await shop.sidecars.registrations.register({
      appId: 'orders',
      namespace: 'default',
      pid: process.pid,
      host: '127.0.0.1',
      internalPort: port,
      httpPort: port,
      metricsPort: 0,
      appPort: 0,
      startedUs: 0,
    })
    const answer = await shop.call('GET', '/v1.0/invoke/orders/method/x')
    assert.equal(answer.status, 500)
    assert.match(errorOf(answer), /after 0 retries/)
  })
})

describe('resiliency of components', () => {
  const shape = (direction: 'inbound' | 'outbound', names: object) => ({
    targets: { components: { events: { [direction]: names } } },
  })

  test('a poison message is offered as often as the policy says, then buried', async () => {
    await using app = await startTestApp({
      handler(request, response) {
        if (request.url === '/dapr/subscribe')
          return void response.end(
            JSON.stringify([
              { pubsubname: 'events', topic: 'orders', route: '/orders', deadLetterTopic: 'dead' },
              { pubsubname: 'events', topic: 'dead', route: '/dead' },
            ]),
          )
        response.writeHead(request.url === '/orders' ? 500 : 200).end()
      },
    })
    const spec = {
      policies: { retries: { fast: { ...FAST, maxRetries: 2 } } },
      ...shape('inbound', { retry: 'fast' }),
    }
    await using shop = await startBlockSidecar(
      { 'c.yaml': component('events', 'pubsub.in-memory'), 'r.yaml': resiliency(spec) },
      { appPort: app.port },
    )
    await eventually(() => shop.sidecar.log.some((line) => line.includes('topics: dead')))
    assert.equal((await shop.call('POST', '/v1.0/publish/events/orders', 'x')).status, 204)
    await app.waitFor(() => app.requests.some(({ target }) => target === '/dead'))
    assert.equal(app.requests.filter(({ target }) => target === '/orders').length, 3)
    const delivery = () => shop.receiver.spans.find(({ name }) => name === 'pubsub/orders')
    await shop.receiver.waitFor(() => delivery() !== undefined)
    assert.deepEqual(
      delivery()?.annotations?.map(({ value }) => value),
      [
        'retry: {"attempt":1,"delay_ms":1,"reason":"500"}',
        'retry: {"attempt":2,"delay_ms":1,"reason":"500"}',
      ],
    )
    assert.equal(delivery()?.tags?.['sidelight.delivery.outcome'], 'dead_letter')
    assert.match(
      await shop.sidecar.metrics(),
      /dapr_resiliency_activations_total\{[^}]*flow_direction="inbound",target="Pubsub_events",status=""\} 1/,
    )
  })

  test('a message behind an open breaker is not buried: it has not had its chance', async () => {
    const dataOf = (body: Buffer): unknown => JSON.parse(body.toString()).data
    let isWell = false
    await using app = await startTestApp({
      handler(request, response) {
        request.resume()
        if (request.url === '/dapr/subscribe')
          return void response.end(
            JSON.stringify([
              { pubsubname: 'events', topic: 'orders', route: '/orders', deadLetterTopic: 'dead' },
            ]),
          )
        response.writeHead(isWell ? 200 : 500).end()
      },
    })
    const breaker = { maxRequests: 1, timeout: '50ms', trip: 'consecutiveFailures >= 1' }
    const spec = {
      policies: { circuitBreakers: { quick: breaker } },
      ...shape('inbound', { circuitBreaker: 'quick' }),
    }
    await using shop = await startBlockSidecar(
      { 'c.yaml': component('events', 'pubsub.in-memory'), 'r.yaml': resiliency(spec) },
      { appPort: app.port },
    )
    await eventually(() => shop.sidecar.log.some((line) => line.includes('topics: orders')))
    await shop.call('POST', '/v1.0/publish/events/orders', 'first')
    const outcomes = () =>
      shop.receiver.spans
        .filter(({ name }) => name === 'pubsub/orders')
        .map(({ tags }) => tags?.['sidelight.delivery.outcome'])
    // The app has refused it, and the breaker is open.
    await shop.receiver.waitFor(() => outcomes().includes('dead_letter'))
    isWell = true
    await shop.call('POST', '/v1.0/publish/events/orders', 'second')
    await shop.receiver.waitFor(() => outcomes().includes('success'))
    assert.equal(outcomes().filter((outcome) => outcome === 'dead_letter').length, 1)
    assert.ok(app.requests.some(({ body }) => body.length > 0 && dataOf(body) === 'second'))
  })

  test('a message that the app takes at the second offer is no failure', async () => {
    let offers = 0
    await using app = await startTestApp({
      handler(request, response) {
        if (request.url === '/dapr/subscribe')
          return void response.end(
            JSON.stringify([{ pubsubname: 'events', topic: 'orders', route: '/orders' }]),
          )
        response.end(JSON.stringify({ status: ++offers === 1 ? 'RETRY' : 'SUCCESS' }))
      },
    })
    const spec = { policies: { retries: { DefaultPubsubComponentInboundRetryPolicy: FAST } } }
    await using shop = await startBlockSidecar(
      { 'c.yaml': component('events', 'pubsub.in-memory'), 'r.yaml': resiliency(spec) },
      { appPort: app.port },
    )
    await eventually(() => shop.sidecar.log.some((line) => line.includes('topics: orders')))
    await shop.call('POST', '/v1.0/publish/events/orders', 'x')
    const delivery = () => shop.receiver.spans.find(({ name }) => name === 'pubsub/orders')
    await shop.receiver.waitFor(() => delivery() !== undefined)
    assert.deepEqual(
      [delivery()?.tags?.['sidelight.delivery.outcome'], delivery()?.tags?.error, offers],
      ['success', undefined, 2],
    )
  })
})
