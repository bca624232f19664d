import assert from 'node:assert/strict'
import { parseResources } from '../../../src/resources/index.ts'

async function parse(text: string) {
  const { resources, problems } = await parseResources([{ file: 's.yaml', text }])
  return { subscriptions: resources.subscriptions.map(({ resource }) => resource), problems }
}
const told = ({ problems }: Awaited<ReturnType<typeof parse>>) =>
  problems.map(({ line, path, code }) => `${line} ${path} ${code}`).sort()

describe('a Subscription [dapr: charts/dapr/crds/subscription.yaml]', () => {
  test('of v1alpha1 has one route', async () => {
    const { subscriptions, problems } = await parse(`
apiVersion: dapr.io/v1alpha1
kind: Subscription
metadata: { name: orders, namespace: shop }
spec:
  pubsubname: events
  topic: orders/new
  route: take
  deadLetterTopic: dead
  metadata: { rawPayload: "true" }
  bulkSubscribe: { enabled: true, maxMessagesCount: 5 }
scopes: [a, b]
`)
    assert.deepEqual(problems, [])
    assert.deepEqual(subscriptions, [
      {
        name: 'orders',
        namespace: 'shop',
        pubsubName: 'events',
        topic: 'orders/new',
        rules: [{ match: undefined, path: '/take' }],
        deadLetterTopic: 'dead',
        metadata: { rawPayload: 'true' },
        bulk: { maxMessages: 5, maxAwaitMs: 1_000 },
        scopes: ['a', 'b'],
      },
    ])
  })

  test('of v2alpha1 has rules in order and a default behind them', async () => {
    const { subscriptions, problems } = await parse(`
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: orders }
spec:
  pubsubname: events
  topic: orders
  routes:
    rules:
    - { match: event.type == "a", path: /a }
    - { match: event.type == "b", path: /b }
    default: /rest
  bulkSubscribe: { enabled: false }
`)
    assert.deepEqual(problems, [])
    assert.deepEqual(subscriptions[0]?.rules, [
      { match: 'event.type == "a"', path: '/a' },
      { match: 'event.type == "b"', path: '/b' },
      { match: undefined, path: '/rest' },
    ])
    assert.equal(subscriptions[0]?.bulk, undefined)
  })

  test('tells every mistake with its line', async () => {
    const parsed = await parse(`
apiVersion: dapr.io/v3
kind: Subscription
metadata: {}
spec:
  pubsubname: ""
  deadLeterTopic: dead
  bulkSubscribe: { enabled: maybe, maxMessagesCount: 0, maxAwaitDurationMs: 1e9 }
  routes:
    rules:
    - match: 7
    - { match: "event.", path: /a }
`)
    assert.equal(parsed.subscriptions.length, 0)
    assert.deepEqual(told(parsed), [
      '11 spec.routes.rules.0.match FIELD_INVALID',
      '11 spec.routes.rules.0.path FIELD_INVALID',
      '12 spec.routes.rules.1.match RULE_INVALID',
      '2 apiVersion FIELD_INVALID',
      '4 metadata.name FIELD_INVALID',
      '6 spec.pubsubname FIELD_EMPTY',
      '6 spec.topic FIELD_INVALID',
      '7 spec.deadLeterTopic FIELD_UNKNOWN',
      '8 spec.bulkSubscribe.enabled FIELD_INVALID',
      '8 spec.bulkSubscribe.maxAwaitDurationMs OUT_OF_RANGE',
      '8 spec.bulkSubscribe.maxMessagesCount OUT_OF_RANGE',
    ])
  })

  test('tells a missing route once, beside other mistakes', async () => {
    const of = async (spec: string) =>
      told(await parse(`kind: Subscription\nmetadata: { name: a }\n${spec}`))
    assert.deepEqual(await of('spec: { topic: t }'), [
      '3 spec.pubsubname FIELD_INVALID',
      '3 spec.routes ROUTE_MISSING',
    ])
    assert.deepEqual(await of(''), ['1 spec FIELD_INVALID'])
    assert.deepEqual(await of('spec: { pubsubname: p, topic: t, routes: 7 }'), [
      '3 spec.routes FIELD_INVALID',
    ])
  })

  for (const [what, version, routes, line] of [
    [
      'v1alpha1 without a route',
      'v1alpha1',
      'routes: { default: /a }',
      '6 spec.route ROUTE_MISSING',
    ],
    ['v2alpha1 with a route only', 'v2alpha1', 'route: /a', '6 spec.routes ROUTE_MISSING'],
    ['v2alpha1 with empty routes', 'v2alpha1', 'routes: {}', '8 spec.routes ROUTE_MISSING'],
    [
      'a rule that does not compile',
      'v2alpha1',
      'routes: { rules: [{ match: "event.", path: /a }] }',
      '8 spec.routes.rules.0.match RULE_INVALID',
    ],
  ] as const)
    test(`is refused: ${what}`, async () => {
      const parsed = await parse(`
apiVersion: dapr.io/${version}
kind: Subscription
metadata: { name: a }
spec:
  pubsubname: events
  topic: t
  ${routes}
`)
      assert.deepEqual([parsed.subscriptions.length, told(parsed)], [0, [line]])
    })
})
