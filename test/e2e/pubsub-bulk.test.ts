import assert from 'node:assert/strict'
import { DEEP_JSON } from '../support/deep-json.ts'
import { eventually } from '../support/eventually.ts'
import { tracing } from '../support/test-sidecars.ts'
import {
  codeOf,
  openPubSubApps,
  type PubSubOptions,
  TRACE_ID,
  TRACEPARENT,
} from './pubsub-fixture.ts'

const ORDERS = { pubsubname: 'events', topic: 'orders', route: '/new' }
const DEAD = { pubsubname: 'events', topic: 'dead', route: '/dead' }
const FOUR_MIB = 4 * 1024 * 1024

describe('bulk publish [dapr: pkg/api/http onBulkPublish]', () => {
  for (const target of [
    '/v1.0/publish/bulk/events/orders',
    '/v1.0-alpha1/publish/bulk/events/orders',
  ])
    test(`publishes every entry as what it is: ${target}`, async () => {
      await using opened = await openPubSubApps({ subscribe: [ORDERS] })
      const answer = await opened.publishBulk(
        [
          { entryID: 'a', event: { n: 1 }, contentType: 'application/json' },
          { ENTRYID: 'b', event: 'text', contentType: 'text/plain' },
          { entryId: 'c', event: 'AQID', contentType: 'application/octet-stream' },
          {
            entryId: 'd',
            event: { specversion: '1.0', id: 'mine', data: 7 },
            contentType: 'application/cloudevents+json',
          },
        ],
        [],
        target,
      )
      assert.equal(answer.status, 204)
      await opened.app.waitFor(() => opened.delivered().length === 4)
      assert.deepEqual(
        opened
          .events()
          .map(({ data, data_base64, id, datacontenttype }) =>
            JSON.stringify([data ?? data_base64, id === 'mine', datacontenttype]),
          )
          .sort(),
        [
          '["AQID",false,"application/octet-stream"]',
          '["text",false,"text/plain"]',
          '[7,true,null]',
          '[{"n":1},false,"application/json"]',
        ],
      )
    })

  test('is a span for each entry, each with its own context in its envelope', async () => {
    await using opened = await openPubSubApps({ subscribe: [ORDERS] })
    await opened.publishBulk(
      [
        { entryId: 'a', event: 'a' },
        { entryId: 'b', event: 'b' },
      ],
      [TRACEPARENT],
    )
    await opened.receiver.waitFor(({ spans }) => spans.length === 5)
    const publishes = opened.spans('publish orders')
    assert.deepEqual(
      publishes.map(({ kind, traceId }) => [kind, traceId]),
      [
        ['PRODUCER', TRACE_ID],
        ['PRODUCER', TRACE_ID],
      ],
    )
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort()
    assert.deepEqual(
      opened
        .spans('pubsub/orders')
        .map(({ parentId }) => parentId)
        .sort(),
      ids(publishes),
    )
    assert.deepEqual(
      opened
        .events()
        .map(({ traceparent }) => traceparent.split('-')[2])
        .sort(),
      ids(publishes),
    )
    assert.match(
      await opened.publisher.metrics(),
      /dapr_component_pubsub_egress_bulk_count\{app_id="publisher",component="events",namespace="default",success="true",topic="orders"\} 1/,
    )
  })

  test('copies the publisher’s context into every entry when tracing is off', async () => {
    await using opened = await openPubSubApps({
      subscribe: [ORDERS],
      configuration: (endpoint) => tracing({ rate: '0', endpoint }),
    })
    await opened.publishBulk([{ entryId: 'a', event: 'a' }], [TRACEPARENT, 'baggage: user=7'])
    await opened.app.waitFor(() => opened.delivered().length === 1)
    const { headers } = opened.delivered()[0] ?? {}
    assert.deepEqual(
      [`traceparent: ${headers?.traceparent}`, headers?.baggage],
      [TRACEPARENT, 'user=7'],
    )
  })

  test('may be empty', async () => {
    await using opened = await openPubSubApps()
    assert.equal((await opened.publishBulk([])).status, 204)
  })

  for (const [what, body, reason] of [
    ['that is no JSON', '[{', /no JSON/],
    ['that is no array', '{"entryId":"a"}', /no array/],
    ['with an entry that is no object', '[7]', /entry 1: entryId is not present/],
    ['with an empty id', '[{"entryId":"","event":"x"}]', /entry 1: entryId is not present/],
    [
      'with one id twice',
      '[{"entryId":"a","event":"x"},{"entryid":"a","event":"y"}]',
      /entry 2: its entryId stands twice/,
    ],
    [
      'with bytes that are no base64',
      '[{"entryId":"a","event":"planted?","contentType":"application/octet-stream"}]',
      /entry 1: an event of application\/octet-stream is a base64 text/,
    ],
    [
      'with a text that is none',
      '[{"entryId":"a","event":{"card":"planted"},"contentType":"text/plain"}]',
      /entry 1: an event of text is a text/,
    ],
    [
      'with an event that is nested too deep',
      `[{"entryId":"a","event":${DEEP_JSON}}]`,
      /entry 1: the JSON is nested too deep/,
    ],
    ['with metadata that are no texts', '[{"entryId":"a","metadata":{"k":1}}]', /metadata/],
  ] as const)
    test(`refuses a body ${what}, and publishes none of it`, async () => {
      await using opened = await openPubSubApps({ subscribe: [ORDERS] })
      const answer = await opened.publishBulk(body)
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'ERR_PUBSUB_EVENTS_SER'])
      assert.match(answer.body.toString(), reason)
      assert.doesNotMatch(answer.body.toString(), /planted/)
      assert.equal(opened.delivered().length, 0)
    })

  for (const [what, target, status, code] of [
    ['an unknown pubsub', 'other/orders', 404, 'ERR_PUBSUB_NOT_FOUND'],
    ['an empty topic', 'events/', 404, 'ERR_TOPIC_NAME_EMPTY'],
    [
      'metadata that are none',
      'events/orders?metadata.rawPayload=7',
      400,
      'ERR_PUBSUB_REQUEST_METADATA',
    ],
  ] as const)
    test(`refuses ${what}`, async () => {
      await using opened = await openPubSubApps()
      const answer = await opened.publishBulk([], [], `/v1.0/publish/bulk/${target}`)
      assert.deepEqual([answer.status, codeOf(answer)], [status, code])
    })

  test('sends none of its entries when one is no event', async () => {
    await using opened = await openPubSubApps({ subscribe: [ORDERS] })
    const answer = await opened.publishBulk([
      { entryId: 'a', event: 'a' },
      { entryId: 'b', event: 'x', contentType: 'application/cloudevents+json' },
    ])
    assert.deepEqual([answer.status, codeOf(answer)], [500, 'ERR_PUBSUB_CLOUD_EVENTS_SER'])
    await opened.receiver.waitFor(() => opened.spans('publish orders').length === 2)
    assert.equal(opened.delivered().length, 0)
  })

  test('takes 4 MiB and refuses one byte more', async () => {
    await using opened = await openPubSubApps()
    const frame = JSON.stringify([{ entryId: 'a', event: '' }]).length
    const whole = [{ entryId: 'a', event: 'x'.repeat(FOUR_MIB - frame) }]
    assert.equal((await opened.publishBulk(whole)).status, 204)
    // Refused by what is announced: nothing more needs to come.
    const refused = await opened.publishBulk('', [`Content-Length: ${FOUR_MIB + 1}`])
    assert.deepEqual([refused.status, codeOf(refused)], [413, 'ERR_BODY_TOO_LARGE'])
  })
})

/** A subscription that collects, and one for what is buried. */
const bulk = (more: object, answer?: PubSubOptions['answer']): PubSubOptions => ({
  subscribe: [
    {
      ...ORDERS,
      bulkSubscribe: { enabled: true, maxMessagesCount: 3, maxAwaitDurationMs: 50 },
      ...more,
    },
    DEAD,
  ],
  ...(answer === undefined ? {} : { answer }),
})
const entriesOf = (body: Buffer): { entryId: string; event: { data: string } }[] =>
  JSON.parse(String(body)).entries
/** Answers each entry by what its data says. */
const byData =
  (statusOf: (data: string) => string | undefined): PubSubOptions['answer'] =>
  ({ target, body }) =>
    target === '/dead'
      ? {}
      : {
          body: JSON.stringify({
            statuses: entriesOf(body).flatMap(({ entryId, event: { data } }) => {
              const status = statusOf(data)
              return status === undefined ? [] : [{ entryId, status }]
            }),
          }),
        }
const abc = ['a', 'b', 'c'].map((event) => ({ entryId: event, event }))
const outcomesOf = (opened: Awaited<ReturnType<typeof openPubSubApps>>) =>
  opened
    .spans('pubsub/orders')
    .map(
      ({ tags }) =>
        `${tags?.['sidelight.delivery.attempt']} ${tags?.['sidelight.delivery.outcome']}`,
    )
    .sort()

describe('bulk subscribe [dapr: pkg/runtime/pubsub/default_bulksub.go]', () => {
  test('hands messages over in one call, each as a delivery of its own', async () => {
    await using opened = await openPubSubApps(
      bulk(
        {},
        byData(() => 'SUCCESS'),
      ),
    )
    await opened.publishBulk(abc, [TRACEPARENT])
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 3)
    const [request] = opened.delivered()
    const { id, entries, ...head } = opened.events()[0]
    assert.equal(opened.delivered().length, 1)
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.equal(request?.headers['content-type'], 'application/json')
    assert.deepEqual(head, {
      type: 'com.dapr.event.sent.bulk',
      topic: 'orders',
      pubsubname: 'events',
      metadata: {},
    })
    const spanIds = opened.spans('pubsub/orders').map(({ id }) => id)
    const parents = entries.map(
      ({ metadata }: { metadata: { traceparent: string } }) => metadata.traceparent.split('-')[2],
    )
    assert.deepEqual(parents.sort(), spanIds.sort())
    assert.ok(opened.spans('pubsub/orders').every(({ traceId }) => traceId === TRACE_ID))
    const page = await opened.subscriber.metrics()
    assert.match(page, /pubsub_ingress_bulk_count\{.*process_status="success",topic="orders"\} 1/)
    assert.match(
      page,
      /pubsub_ingress_bulk_event_count\{.*process_status="success",topic="orders"\} 3/,
    )
  })

  test('does not wait longer than was said for others', async () => {
    await using opened = await openPubSubApps(
      bulk(
        {},
        byData(() => 'SUCCESS'),
      ),
    )
    await opened.publish('a')
    await opened.app.waitFor(() => opened.delivered('/new').length === 1)
    assert.equal(entriesOf(opened.delivered()[0]?.body ?? Buffer.from('')).length, 1)
  })

  test('settles each entry by its own status; one that is missing comes again', async () => {
    let tries = 0
    await using opened = await openPubSubApps(
      bulk(
        {},
        byData((data) =>
          data === 'b' ? 'DROP' : data === 'c' && ++tries === 1 ? undefined : 'SUCCESS',
        ),
      ),
    )
    await opened.publishBulk(abc)
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 4)
    assert.deepEqual(outcomesOf(opened), ['1 drop_by_app', '1 retry', '1 success', '2 success'])
  })

  for (const [what, first, error] of [
    ['without statuses', { body: '{}' }, 'the app answers without a list "statuses"'],
    ['that is no JSON', { body: 'fine' }, 'the app answers without a list "statuses"'],
    [
      'that says nothing of any of them',
      { body: '{"statuses":[]}' },
      'the app’s answer has no status of this entry',
    ],
    ['of 500', { status: 500 }, 'Code(500)'],
  ] as const)
    test(`delivers all of them again after an answer ${what}`, async () => {
      await using opened = await openPubSubApps(
        bulk({}, (seen, nth) => (nth === 1 ? first : byData(() => 'SUCCESS')?.(seen, nth))),
      )
      await opened.publishBulk(abc)
      await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 6)
      assert.deepEqual(outcomesOf(opened), [
        '1 retry',
        '1 retry',
        '1 retry',
        '2 success',
        '2 success',
        '2 success',
      ])
      const failed = opened.spans('pubsub/orders').flatMap(({ tags }) => tags?.error ?? [])
      assert.deepEqual(failed, [error, error, error])
      // Said once for the three of them.
      assert.equal(opened.subscriber.log.filter((line) => line.includes('not delivered')).length, 1)
    })

  test('delivers all of them again when the app dies under them', async () => {
    await using opened = await openPubSubApps(
      bulk({}, (seen, nth) => (nth === 1 ? undefined : byData(() => 'SUCCESS')?.(seen, nth))),
    )
    await opened.publishBulk(abc)
    await opened.app.waitFor(() => opened.delivered('/new').length === 1)
    opened.app.cut()
    await opened.receiver.waitFor(() => outcomesOf(opened).includes('2 success'))
    await eventually(() => outcomesOf(opened).filter((each) => each === '2 success').length === 3)
  })

  test('buries only those that are dropped', async () => {
    await using opened = await openPubSubApps(
      bulk(
        { deadLetterTopic: 'dead' },
        byData((data) => (data === 'b' ? 'DROP' : 'SUCCESS')),
      ),
    )
    await opened.publishBulk(abc, [TRACEPARENT])
    await opened.app.waitFor(() => opened.delivered('/dead').length === 1)
    assert.equal(opened.events('/dead')[0].data, 'b')
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 3)
    assert.deepEqual(outcomesOf(opened), ['1 dead_letter', '1 success', '1 success'])
  })

  test('gives raw payloads as base64', async () => {
    await using opened = await openPubSubApps(bulk({ metadata: { rawPayload: 'true' } }))
    await opened.publish('raw!', [], 'events/orders?metadata.rawPayload=true')
    await opened.app.waitFor(() => opened.delivered('/new').length === 1)
    const [entry] = opened.events('/new')[0].entries
    assert.deepEqual([entry.event, entry.contentType], ['cmF3IQ==', 'application/octet-stream'])
  })
})
