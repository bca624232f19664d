import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { JSON_TYPE, openPubSubApps, TRACE_ID, TRACEPARENT } from './pubsub-fixture.ts'

const ORDERS = { pubsubname: 'events', topic: 'orders', route: '/new' }
const DEAD = { pubsubname: 'events', topic: 'dead', route: '/dead' }
const RAW = 'events/orders?metadata.rawPayload=true'
const isValid = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/

describe('the context of a message', () => {
  test('travels beside a raw payload, and into the envelope that the app gets [dapr: T32]', async () => {
    await using opened = await openPubSubApps({
      subscribe: [{ ...ORDERS, metadata: { rawPayload: 'true' } }],
    })
    await opened.publish('raw', [TRACEPARENT, 'tracestate: a=1', 'baggage: user=7'], RAW)
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 1)
    const [publish] = opened.spans('publish orders')
    const [delivery] = opened.spans('pubsub/orders')
    assert.deepEqual([delivery?.traceId, delivery?.parentId], [TRACE_ID, publish?.id])
    const [{ traceparent, traceid, tracestate, baggage, data_base64 }] = opened.events()
    const published = `00-${TRACE_ID}-${publish?.id}-01`
    assert.deepEqual(
      { traceparent, traceid, tracestate, baggage, data_base64 },
      {
        traceparent: published,
        traceid: published,
        tracestate: 'a=1',
        baggage: 'user=7',
        data_base64: 'cmF3',
      },
    )
    const { headers } = opened.delivered()[0] ?? {}
    assert.equal(headers?.traceparent, `00-${TRACE_ID}-${delivery?.id}-01`)
    assert.deepEqual([headers?.tracestate, headers?.baggage], ['a=1', 'user=7'])
  })

  test('of a raw payload from outside begins a trace', async () => {
    await using opened = await openPubSubApps({ subscribe: [ORDERS] })
    await opened.publish('{"id":"1","data":7}', [], RAW)
    await opened.app.waitFor(() => opened.delivered().length === 1)
    assert.match(String(opened.delivered()[0]?.headers.traceparent), isValid)
  })

  for (const traceparent of [
    'nonsense',
    '00-00000000000000000000000000000000-0000000000000000-00',
    7,
  ])
    test(`that is invalid (${traceparent}) begins a trace`, async () => {
      await using opened = await openPubSubApps({ subscribe: [ORDERS] })
      await opened.publish(JSON.stringify({ id: '1', traceid: 'x', traceparent }), [
        'Content-Type: application/cloudevents+json',
      ])
      await opened.app.waitFor(() => opened.delivered().length === 1)
      assert.match(String(opened.delivered()[0]?.headers.traceparent), isValid)
    })

  test('leads from a message that is buried, and delivered from there again and again, by way of the burial to its publisher', async () => {
    await using opened = await openPubSubApps({
      subscribe: [{ ...ORDERS, deadLetterTopic: 'dead' }, DEAD],
      answer: ({ target }, nth) => ({ status: target === '/new' || nth === 2 ? 500 : 200 }),
    })
    await opened.publish('x', [TRACEPARENT, 'baggage: user=7'])
    await opened.receiver.waitFor(() => opened.spans('pubsub/dead').length === 2)
    const [delivery] = opened.spans('pubsub/orders')
    const [burial] = opened.spans('publish dead')
    assert.ok(opened.receiver.spans.every(({ traceId }) => traceId === TRACE_ID))
    assert.deepEqual([burial?.kind, burial?.parentId], ['PRODUCER', delivery?.id])
    assert.equal(delivery?.tags?.['sidelight.delivery.outcome'], 'dead_letter')
    for (const span of opened.spans('pubsub/dead')) assert.equal(span.parentId, burial?.id)
    assert.equal(opened.delivered('/dead')[0]?.headers.baggage, 'user=7')
  })

  test('of bytes that are no event leads to the delivery that gave them up', async () => {
    await using opened = await openPubSubApps({
      subscribe: [
        { ...ORDERS, deadLetterTopic: 'dead' },
        { ...DEAD, metadata: { rawPayload: 'true' } },
      ],
    })
    await opened.publish('no event', [TRACEPARENT], RAW)
    await opened.receiver.waitFor(() => opened.spans('pubsub/dead').length === 1)
    const [burial] = opened.spans('publish dead')
    assert.equal(opened.spans('pubsub/dead')[0]?.parentId, burial?.id)
    assert.equal(opened.events('/dead')[0].data_base64, Buffer.from('no event').toString('base64'))
  })

  test('is ours to say, whatever the publisher’s metadata call themselves', async () => {
    await using opened = await openPubSubApps({ subscribe: [ORDERS] })
    const forged = [
      'content-length=1',
      'transfer-encoding=chunked',
      'host=evil',
      'connection=x-mine',
    ]
    const query = [
      ...forged,
      'traceparent=nonsense',
      'dapr-api-token=evil',
      'x-mine=1',
      'x-other=2',
    ]
      .map((pair) => `metadata.${pair}`)
      .join('&')
    await opened.publish('x', [TRACEPARENT], `events/orders?${query}`)
    await opened.app.waitFor(() => opened.delivered().length === 1)
    const [request] = opened.delivered()
    assert.equal(opened.events()[0].data, 'x')
    assert.equal(request?.headers['x-other'], '2')
    assert.match(String(request?.headers.traceparent), new RegExp(`^00-${TRACE_ID}-`))
    for (const name of ['transfer-encoding', 'dapr-api-token', 'x-mine'])
      assert.equal(request?.headers[name], undefined, name)
    assert.notEqual(request?.headers.host, 'evil')
  })
})

describe('what becomes of a message', () => {
  const outcome =
    /sidelight_pubsub_deliveries_total\{component="events",topic="orders",outcome="(\w+)"\} (\d+)/g
  const outcomesOf = async (opened: Awaited<ReturnType<typeof openPubSubApps>>) =>
    [...(await opened.subscriber.metrics()).matchAll(outcome)]
      .map(([, word, count]) => `${word} ${count}`)
      .sort()

  test('is counted by outcome, and a drop by who dropped it', async () => {
    await using opened = await openPubSubApps({
      subscribe: [ORDERS],
      answer: ({ body }, nth) => {
        const { data } = JSON.parse(String(body))
        return { body: JSON.stringify({ status: data === 'again' && nth > 2 ? 'SUCCESS' : data }) }
      },
    })
    await opened.publish('DROP')
    await opened.app.waitFor(() => opened.delivered().length === 1)
    await opened.publish('again')
    await opened.app.waitFor(() => opened.delivered().length === 3)
    await opened.publish('no event', [], RAW)
    await opened.publish('{"expiration":"2000-01-01T00:00:00Z"}', [
      'Content-Type: application/cloudevents+json',
    ])
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 5)
    // One that has not happened stands at 0, from the first second on.
    assert.deepEqual(await outcomesOf(opened), [
      'dead_letter 0',
      'drop_by_app 1',
      'drop_by_sidecar 2',
      'retry 1',
      'success 1',
    ])
    const page = await opened.subscriber.metrics()
    assert.match(
      page,
      /sidelight_pubsub_delivery_delay_seconds_count\{component="events",topic="orders"\} 4/,
    )
  })

  test('is in flight until the app has settled it', async () => {
    await using opened = await openPubSubApps({
      subscribe: [ORDERS],
      answer: (_, nth) => (nth === 1 ? undefined : {}),
    })
    const inFlight = async () =>
      /sidelight_pubsub_deliveries_in_flight\{component="events",topic="orders"\} (\d+)/.exec(
        await opened.subscriber.metrics(),
      )?.[1]
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered().length === 1)
    assert.equal(await inFlight(), '1')
    opened.app.cut()
    await opened.app.waitFor(() => opened.delivered().length === 2)
    await eventually(async () => (await inFlight()) === '0')
  })

  test('ends after its ttl, which the envelope tells', async () => {
    await using opened = await openPubSubApps({ subscribe: [ORDERS] })
    await opened.publish('{}', [JSON_TYPE], 'events/orders?metadata.ttlInSeconds=60')
    await opened.app.waitFor(() => opened.delivered().length === 1)
    const [{ time, expiration }] = opened.events()
    assert.equal(Date.parse(expiration) - Date.parse(time), 60_000)
  })

  test('is not buried for an app whose health has closed the gate', async () => {
    let isWell = false
    await using opened = await openPubSubApps({
      subscribe: [{ ...ORDERS, deadLetterTopic: 'dead' }, DEAD],
      flags: [
        '--enable-app-health-check',
        '--app-health-probe-interval=1',
        '--app-health-threshold=1',
        '--app-health-check-path=/well',
      ],
      answer: ({ target }) => ({ status: target === '/well' && !isWell ? 500 : 200 }),
      topics: [],
    })
    isWell = true
    await opened.hears('orders')
    isWell = false
    await eventually(() =>
      opened.subscriber.log.some((line) => line.includes('entered un-healthy')),
    )
    await opened.publish('x')
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length > 0)
    assert.equal(opened.spans('pubsub/orders')[0]?.tags?.['sidelight.delivery.outcome'], 'retry')
    assert.equal(opened.spans('publish dead').length, 0)
  })
})
