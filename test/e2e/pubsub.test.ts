import assert from 'node:assert/strict'
import { DEEP_JSON } from '../support/deep-json.ts'
import { tracing } from '../support/test-sidecars.ts'
import { openPubSubApps, TRACE_ID as T } from './pubsub-fixture.ts'

type Answer = (attempt: number) => { status: number; body?: string }

/** The app hears `orders` at `/new`, which answers as the test says, and `dead` at `/dead`. */
const open = (
  answer: Answer = () => ({ status: 200 }),
  more: object = {},
  configuration: (endpoint: string) => string = (endpoint) => tracing({ endpoint }),
) =>
  openPubSubApps({
    subscribe: [
      { pubsubname: 'events', topic: 'orders', route: '/new', ...more },
      { pubsubname: 'events', topic: 'dead', route: '/dead' },
    ],
    answer: ({ target }, nth) => (target === '/dead' ? {} : answer(nth)),
    configuration,
  })

type Opened = Awaited<ReturnType<typeof open>>
const eventOf = ({ delivered }: Opened, i = 0) => JSON.parse(String(delivered()[i]?.body))

describe('publish and subscribe [dapr: pkg/runtime/pubsub]', () => {
  test('delivers a CloudEvent as daprd makes it', async () => {
    await using opened = await open()
    const answer = await opened.publish('{"n":12345678901234567890}', [
      'Content-Type: application/json',
    ])
    assert.equal(answer.status, 204)
    await opened.app.waitFor(() => opened.delivered().length === 1)
    const [request] = opened.delivered()
    assert.deepEqual(
      [request?.method, request?.target, request?.headers['content-type']],
      ['POST', '/new', 'application/cloudevents+json'],
    )
    const { id, time, traceid, traceparent, ...event } = eventOf(opened)
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.ok(!Number.isNaN(Date.parse(time)))
    assert.equal(traceid, traceparent)
    assert.deepEqual(event, {
      specversion: '1.0',
      type: 'com.dapr.event.sent',
      source: 'publisher',
      datacontenttype: 'application/json',
      topic: 'orders',
      pubsubname: 'events',
      tracestate: '',
      data: JSON.parse('{"n":12345678901234567890}'),
    })
    assert.match(String(request?.body), /"data":\{"n":12345678901234567890\}/, 'digit for digit')
  })

  test('is one trace: request, publish, delivery; with tracestate and baggage to the end', async () => {
    await using opened = await open()
    await opened.publish('hello', [
      `traceparent: 00-${T}-00f067aa0ba902b7-01`,
      'tracestate: a=1',
      'baggage: user=7',
    ])
    await opened.receiver.waitFor(({ spans }) => spans.length === 3)
    const named = (name: string) => opened.receiver.spans.find((span) => span.name === name)
    const [api, publish, delivery] = [
      named('/v1.0/publish/events/orders'),
      named('publish orders'),
      named('pubsub/orders'),
    ]
    assert.deepEqual(
      [api?.traceId, publish?.parentId, delivery?.parentId],
      [T, api?.id, publish?.id],
    )
    assert.deepEqual([publish?.kind, delivery?.kind], ['PRODUCER', 'CLIENT'])
    assert.equal(delivery?.tags?.['sidelight.delivery.outcome'], 'success')
    const { headers } = opened.delivered()[0] ?? {}
    assert.equal(headers?.traceparent, `00-${T}-${delivery?.id}-01`)
    assert.deepEqual([headers?.tracestate, headers?.baggage], ['a=1', 'user=7'])
  })

  test('copies the publisher’s context byte for byte when tracing is off', async () => {
    await using opened = await open(undefined, {}, (endpoint) => tracing({ rate: '0', endpoint }))
    const traceparent = `00-${T}-00f067aa0ba902b7-03`
    await opened.publish('x', [`traceparent: ${traceparent}`, 'tracestate: a=1, b=2'])
    await opened.app.waitFor(() => opened.delivered().length === 1)
    const { headers } = opened.delivered()[0] ?? {}
    assert.deepEqual([headers?.traceparent, headers?.tracestate], [traceparent, 'a=1, b=2'])
  })

  test('begins a trace for a message without context, with a valid header', async () => {
    await using opened = await open()
    await opened.publish('{"specversion":"1.0","id":"1","traceparent":"","traceid":""}', [
      'Content-Type: application/cloudevents+json',
    ])
    await opened.app.waitFor(() => opened.delivered().length === 1)
    assert.match(
      String(opened.delivered()[0]?.headers.traceparent),
      /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/,
    )
    assert.equal(eventOf(opened).id, '1')
  })

  for (const [what, answer, attempts] of [
    ['an answer of RETRY', { status: 200, body: '{"status":"RETRY"}' }, 2],
    ['a failure of the app', { status: 500 }, 2],
    ['an answer of DROP', { status: 200, body: '{"status":"DROP"}' }, 1],
    ['no route at the app', { status: 404 }, 1],
  ] as const)
    test(`${what} is delivered ${attempts === 1 ? 'once' : 'again'}, each time as a span of its own`, async () => {
      await using opened = await open((attempt) => (attempt === 1 ? answer : { status: 200 }))
      await opened.publish('x')
      const isDelivery = ({ name }: { readonly name?: string }) => name === 'pubsub/orders'
      await opened.receiver.waitFor(({ spans }) => spans.filter(isDelivery).length === attempts)
      const outcomes = opened.receiver.spans
        .filter(isDelivery)
        .map(
          ({ tags }) =>
            `${tags?.['sidelight.delivery.attempt']} ${tags?.['sidelight.delivery.outcome']}`,
        )
      assert.deepEqual(
        outcomes.sort(),
        attempts === 1 ? ['1 drop_by_app'] : ['1 retry', '2 success'],
      )
      assert.equal(opened.delivered().length, attempts)
    })

  test('buries what is dropped in the dead letter topic, in the same trace', async () => {
    await using opened = await open(() => ({ status: 200, body: '{"status":"DROP"}' }), {
      deadLetterTopic: 'dead',
    })
    await opened.publish('x', [`traceparent: 00-${T}-00f067aa0ba902b7-01`])
    await opened.app.waitFor(() => opened.delivered().some(({ target }) => target === '/dead'))
    await opened.receiver.waitFor(({ spans }) => spans.some(({ name }) => name === 'pubsub/dead'))
    assert.ok(opened.receiver.spans.every(({ traceId }) => traceId === T))
    const delivery = opened.receiver.spans.find(({ name }) => name === 'pubsub/orders')
    assert.equal(delivery?.tags?.error, 'the app said DROP; it lies in topic dead')
    assert.match(
      await opened.subscriber.metrics(),
      /dapr_component_pubsub_ingress_count\{app_id="subscriber",component="events",namespace="default",process_status="drop",status="drop",topic="orders"\} 1/,
    )
  })

  test('keeps a failed delivery at rate 0', async () => {
    await using opened = await open(
      (attempt) => ({ status: attempt === 1 ? 500 : 200 }),
      {},
      (endpoint) => tracing({ rate: '0', endpoint, extra: 'sampling: { keep: { errors: true } }' }),
    )
    await opened.publish('x')
    await opened.receiver.waitFor(({ spans }) =>
      spans.some(({ name, tags }) => name === 'pubsub/orders' && tags?.error !== undefined),
    )
  })

  test('tells the subscriptions in the metadata', async () => {
    await using opened = await open()
    const metadata = (await opened.subscriber.metadata()) as unknown as {
      subscriptions: { topic: string; type: string }[]
    }
    assert.deepEqual(metadata.subscriptions.map(({ topic, type }) => `${topic} ${type}`).sort(), [
      'dead PROGRAMMATIC',
      'orders PROGRAMMATIC',
    ])
  })

  for (const [what, path, headers, status, code, body = 'x'] of [
    ['an unknown pubsub', 'other/orders', [], 404, 'ERR_PUBSUB_NOT_FOUND'],
    ['an empty topic', 'events/', [], 404, 'ERR_TOPIC_NAME_EMPTY'],
    [
      'metadata that is no truth value',
      'events/orders?metadata.rawPayload=x',
      [],
      400,
      'ERR_PUBSUB_REQUEST_METADATA',
    ],
    [
      'an envelope that is no JSON',
      'events/orders',
      ['Content-Type: application/cloudevents+json'],
      500,
      'ERR_PUBSUB_CLOUD_EVENTS_SER',
    ],
    [
      'an envelope that is nested too deep',
      'events/orders',
      ['Content-Type: application/cloudevents+json'],
      500,
      'ERR_PUBSUB_CLOUD_EVENTS_SER',
      `{"data":${DEEP_JSON}}`,
    ],
  ] as const)
    test(`refuses ${what}`, async () => {
      await using opened = await open()
      const answer = await opened.publish(body, headers, path)
      assert.equal(answer.status, status)
      assert.equal(JSON.parse(answer.body.toString()).errorCode, code)
    })

  test('keeps payloads out of spans, labels and logs', async () => {
    await using opened = await open(() => ({ status: 500 }))
    await opened.publish('{"card":"planted"}', ['Content-Type: application/json'])
    await opened.receiver.waitFor(({ spans }) => spans.some(({ name }) => name === 'pubsub/orders'))
    for (const text of [
      JSON.stringify(opened.receiver.spans),
      await opened.subscriber.metrics(),
      await opened.publisher.metrics(),
      opened.subscriber.log.join('\n'),
    ])
      assert.doesNotMatch(text, /planted/)
  })
})
