import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { broker, JSON_TYPE, openPubSubApps } from './pubsub-fixture.ts'

const v1 = (name: string, route: string, more = '') => `
apiVersion: dapr.io/v1alpha1
kind: Subscription
metadata: { name: ${name} }
spec: { pubsubname: events, topic: orders, route: ${route} }
${more}`

const v2 = (rules: string) => `
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: routed }
spec:
  pubsubname: events
  topic: orders
  deadLetterTopic: dead
  routes: ${rules}
`
const DEAD = { pubsubname: 'events', topic: 'dead', route: '/dead' }

describe('Subscriptions in files [dapr: pkg/runtime/compstore/subscriptions.go]', () => {
  test('deliver, and show in the metadata', async () => {
    await using opened = await openPubSubApps({
      files: { 'a.yaml': v1('a', '/a') },
      topics: ['orders'],
    })
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered('/a').length === 1)
    assert.deepEqual(await opened.subscriptions(), [
      {
        pubsubname: 'events',
        topic: 'orders',
        rules: [{ path: '/a' }],
        deadLetterTopic: '',
        type: 'DECLARATIVE',
      },
    ])
  })

  test('are added, changed and removed while the sidecar runs', async () => {
    await using opened = await openPubSubApps()
    await opened.write('a.yaml', v1('a', '/a'))
    await opened.hears('orders')
    await opened.publish('1')
    await opened.app.waitFor(() => opened.delivered('/a').length === 1)
    await opened.write('a.yaml', v1('a', '/b'))
    await eventually(() =>
      opened.subscriber.log.some((line) => line.includes('the subscription of topic orders has')),
    )
    await opened.publish('2')
    await opened.app.waitFor(() => opened.delivered('/b').length === 1)
    await opened.remove('a.yaml')
    await eventually(async () => (await opened.subscriptions()).length === 0)
    await opened.publish('3')
    assert.equal(opened.delivered().length, 2)
  })

  test('lose no message when their routes change', async () => {
    await using opened = await openPubSubApps({
      files: { 'a.yaml': v1('a', '/a') },
      topics: ['orders'],
    })
    const numbers = Array.from({ length: 60 }, (_, n) => n)
    const changing = opened.write('a.yaml', v1('a', '/b'))
    for (const n of numbers) await opened.publish(String(n))
    await changing
    await eventually(async () => JSON.stringify(await opened.subscriptions()).includes('/b'))
    await opened.publish('60')
    await opened.app.waitFor(() => opened.delivered().length === 61)
    const seen = opened.events().map(({ data }) => Number(data))
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      [...numbers, 60],
    )
  })

  test('give way to what the app says, and the second to the first: nothing comes twice', async () => {
    await using opened = await openPubSubApps({
      subscribe: [{ pubsubname: 'events', topic: 'orders', route: '/app' }],
      files: { 'a.yaml': v1('a', '/a'), 'b.yaml': v1('b', '/b') },
    })
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered().length > 0)
    await opened.publish('y')
    await opened.app.waitFor(() => opened.delivered().length > 1)
    assert.deepEqual(
      opened.delivered().map(({ target }) => target),
      ['/app', '/app'],
    )
    assert.equal((await opened.subscriptions()).length, 1)
    assert.ok(
      opened.subscriber.log.some((line) => /the Subscription a \(.*a\.yaml:\d+\)/.test(line)),
    )
  })

  test('of other apps and namespaces are none of ours', async () => {
    await using opened = await openPubSubApps({
      files: {
        'a.yaml': v1('a', '/a', 'scopes: [another]'),
        'b.yaml': v1('b', '/b').replace('name: b', 'name: b, namespace: elsewhere'),
        'c.yaml': v1('c', '/c', 'scopes: [subscriber]'),
      },
      topics: ['orders'],
    })
    assert.equal((await opened.subscriptions()).length, 1)
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered('/c').length === 1)
  })

  test('are all there is when the app is not to be asked', async () => {
    await using opened = await openPubSubApps({
      subscribe: [{ pubsubname: 'events', topic: 'asked', route: '/asked' }],
      flags: ['--disable-init-endpoints=subscribe,config'],
      files: { 'a.yaml': v1('a', '/a') },
      topics: ['orders'],
    })
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered().length === 1)
    assert.equal((await opened.subscriptions()).length, 1)
    assert.ok(opened.app.requests.every(({ target }) => target !== '/dapr/subscribe'))
  })

  test('stay as they were when an edit is bad, and the log names the rule and its line', async () => {
    await using opened = await openPubSubApps({
      files: { 'a.yaml': v2('{ default: /a }') },
      topics: ['orders'],
    })
    await opened.write('a.yaml', v2('{ rules: [{ match: "kind == 7", path: /b }] }'))
    await eventually(() =>
      opened.subscriber.log.some((line) =>
        /a\.yaml:9 spec\.routes\.rules\.0\.match: it names kind, .*RULE_INVALID/.test(line),
      ),
    )
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered('/a').length === 1)
  })
})

describe('routing rules [dapr: pkg/runtime/subscription findMatchingRoute]', () => {
  const rules = v2(`
    rules:
    - { match: event.data.n == 1, path: /one }
    - { match: event.data.n > 0, path: /more }
    - { match: event.data.n == 0, path: /none }`)

  test('send an event where the first one that matches says', async () => {
    await using opened = await openPubSubApps({
      subscribe: [DEAD],
      files: { 'a.yaml': rules },
      topics: ['orders', 'dead'],
    })
    for (const n of [1, 2.5, 0]) await opened.publish(`{"n":${n}}`, [JSON_TYPE])
    await opened.app.waitFor(() => opened.delivered().length === 3)
    for (const [path, n] of [
      ['/one', 1],
      ['/more', 2.5],
      ['/none', 0],
    ] as const)
      assert.deepEqual(
        opened.events(path).map(({ data }) => data.n),
        [n],
      )
  })

  for (const [what, body] of [
    ['that no rule takes', '{"n":-1}'],
    ['whose rule cannot tell', '{"m":1}'],
  ] as const)
    test(`bury an event ${what}`, async () => {
      await using opened = await openPubSubApps({
        subscribe: [DEAD],
        files: { 'a.yaml': rules },
        topics: ['orders', 'dead'],
      })
      await opened.publish(body, [JSON_TYPE])
      await opened.app.waitFor(() => opened.delivered('/dead').length === 1)
      await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 1)
      const [span] = opened.spans('pubsub/orders')
      assert.equal(span?.tags?.['sidelight.delivery.outcome'], 'dead_letter')
      assert.ok(span?.tags?.error)
    })

  test('deliver again what they cannot tell, where nothing is buried; what none takes is done with', async () => {
    await using opened = await openPubSubApps({
      subscribe: [
        {
          pubsubname: 'events',
          topic: 'orders',
          routes: { rules: [{ match: 'event.data.n == 1', path: '/one' }] },
        },
      ],
    })
    await opened.publish('{"n":2}', [JSON_TYPE])
    await opened.publish('{"m":1}', [JSON_TYPE])
    const outcomes = () =>
      opened
        .spans('pubsub/orders')
        .map(({ tags }) => `${tags?.['sidelight.delivery.outcome']}`)
        .sort()
    await opened.receiver.waitFor(() => outcomes().length >= 3)
    assert.deepEqual(outcomes().slice(0, 3), ['drop_by_sidecar', 'retry', 'retry'])
    assert.equal(opened.delivered().length, 0)
  })

  test('that are none leave their subscription of the app out, by name', async () => {
    await using opened = await openPubSubApps({
      subscribe: [
        DEAD,
        {
          pubsubname: 'events',
          topic: 'orders',
          routes: { rules: [{ match: 'event.', path: '/x' }] },
        },
      ],
      topics: ['dead'],
    })
    await eventually(() =>
      opened.subscriber.log.some((line) =>
        /nothing is delivered of topic orders: the rule of \/x: not an expression of CEL/.test(
          line,
        ),
      ),
    )
    assert.equal((await opened.subscriptions()).length, 1)
  })
})

describe('topic permissions of a component [dapr: pkg/scopes]', () => {
  const scoped =
    '{ name: publishingScopes, value: "publisher=orders" }, { name: subscriptionScopes, value: "subscriber=orders" }'
  const both = ['orders', 'secret'].map((topic) => ({
    pubsubname: 'events',
    topic,
    route: `/${topic}`,
  }))

  test('refuse a publish by name, and a subscription in the log', async () => {
    await using opened = await openPubSubApps({
      subscribe: both,
      metadata: scoped,
      topics: ['orders'],
    })
    const refused = await opened.publish('x', [], 'events/secret')
    assert.equal(refused.status, 403)
    const { errorCode, message } = JSON.parse(refused.body.toString())
    assert.equal(errorCode, 'ERR_PUBSUB_FORBIDDEN')
    assert.equal(message, 'topic secret is not allowed for app id publisher')
    const bulk = await opened.publishBulk([], [], '/v1.0/publish/bulk/events/secret')
    assert.equal(bulk.status, 403)
    assert.equal((await opened.publish('x')).status, 204)
    await opened.app.waitFor(() => opened.delivered('/orders').length === 1)
    assert.equal((await opened.subscriptions()).length, 1)
    assert.ok(
      opened.subscriber.log.some((line) =>
        line.includes('topic secret on pubsub events is not allowed for app id subscriber'),
      ),
    )
  })

  test('follow the component while it runs', async () => {
    await using opened = await openPubSubApps({ subscribe: both })
    await opened.write('events.yaml', broker(scoped))
    await eventually(async () => (await opened.subscriptions()).length === 1)
  })

  test('with {namespace} in a value, an app hears the topic by its own name', async () => {
    await using opened = await openPubSubApps({
      subscribe: [both[0] as object],
      metadata: '{ name: consumerID, value: "{namespace}" }',
    })
    await opened.publish('x')
    await opened.app.waitFor(() => opened.delivered('/orders').length === 1)
    assert.equal(opened.events('/orders')[0].topic, 'orders')
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 1)
  })
})
