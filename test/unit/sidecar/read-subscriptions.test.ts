import assert from 'node:assert/strict'
import { readProgrammaticSubscriptions } from '../../../src/sidecar/pubsub/subscription.ts'

const read = (...items: unknown[]) => readProgrammaticSubscriptions(JSON.stringify(items))
const ORDERS = { pubsubname: 'events', topic: 'orders' }

describe('readProgrammaticSubscriptions [dapr: pkg/runtime/pubsub/subscriptions.go]', () => {
  test('reads rules in order, then the default, then the route, names in any case', () => {
    const { subscriptions, complaints } = read({
      PubsubName: 'events',
      TOPIC: 'orders',
      route: '/old',
      routes: {
        Rules: [
          { Match: 'event.a == 1', path: 'a' },
          { match: '', path: '/b' },
        ],
        default: '/c',
      },
      deadLetterTopic: 'dead',
      metadata: { rawPayload: true },
      bulkSubscribe: { enabled: true, maxMessagesCount: 0, maxAwaitDurationMs: 20 },
    })
    assert.deepEqual(complaints, [])
    assert.deepEqual(subscriptions, [
      {
        type: 'PROGRAMMATIC',
        pubsubName: 'events',
        topic: 'orders',
        rules: [
          { match: 'event.a == 1', path: '/a' },
          { match: undefined, path: '/b' },
          { match: undefined, path: '/c' },
          { match: undefined, path: '/old' },
        ],
        deadLetterTopic: 'dead',
        metadata: { rawPayload: 'true' },
        bulk: { maxMessages: 100, maxAwaitMs: 20 },
      },
    ])
  })

  test('bounds what is collected', () => {
    const { subscriptions } = read({
      ...ORDERS,
      route: '/a',
      bulkSubscribe: { enabled: true, maxMessagesCount: 1e9, maxAwaitDurationMs: 1e9 },
    })
    assert.deepEqual(subscriptions[0]?.bulk, { maxMessages: 1_000, maxAwaitMs: 60_000 })
  })

  test('leaves out what is none, by number, and reads the rest', () => {
    const { subscriptions, complaints } = read(
      7,
      { topic: 'x', route: '/a' },
      { pubsubname: 'x', route: '/a' },
      ORDERS,
      { ...ORDERS, routes: { rules: 'x' } },
      { ...ORDERS, route: '/a' },
    )
    assert.equal(subscriptions.length, 1)
    assert.deepEqual(complaints, [
      'subscription 1: pubsubname is missing',
      'subscription 2: pubsubname is missing',
      'subscription 3: topic is missing',
      'subscription 4: it has no route',
      'subscription 5: it has no route',
    ])
  })

  for (const text of ['', '[]'])
    test(`${JSON.stringify(text)} is no subscription`, () => {
      assert.deepEqual(readProgrammaticSubscriptions(text), { subscriptions: [], complaints: [] })
    })
  for (const text of ['{', '{}', 'null'])
    test(`${text} is told`, () => {
      assert.equal(readProgrammaticSubscriptions(text).complaints.length, 1)
    })
})
