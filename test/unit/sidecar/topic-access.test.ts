import assert from 'node:assert/strict'
import { readTopicAccess } from '../../../src/sidecar/pubsub/topic-access.ts'

const OWN = { appId: 'shop', namespace: 'prod' }
const access = (settings: Readonly<Record<string, string>>) =>
  readTopicAccess(
    {
      metadata: Object.entries(settings).map(([name, value]) => ({
        name,
        value,
        secretKeyRef: undefined,
        envRef: undefined,
      })),
    },
    OWN,
  )

describe('readTopicAccess [dapr: pkg/scopes/scopes.go]', () => {
  for (const [what, settings, allowed, refused] of [
    ['nothing said', {}, ['a', 'b'], []],
    ['an app that is listed', { publishingScopes: 'shop=a, b;other=c' }, ['a', 'b'], ['c', 'd']],
    ['an app with an empty list', { publishingScopes: 'shop=;other=c' }, [], ['a', 'c']],
    ['an app that is not listed', { publishingScopes: 'other=c' }, ['a', 'c'], []],
    ['a scope without =', { publishingScopes: 'shop' }, ['a'], []],
    ['names of settings in any case', { PUBLISHINGSCOPES: 'shop=a' }, ['a'], ['b']],
    ['allowed topics', { allowedTopics: 'a,b' }, ['a', 'b'], ['c']],
    [
      'allowed topics before a scope',
      { allowedTopics: 'a', publishingScopes: 'shop=a,c' },
      ['a'],
      ['c'],
    ],
    ['a protected topic without a scope', { protectedTopics: 'a' }, ['b'], ['a']],
    [
      'a protected topic with one',
      { protectedTopics: 'a', publishingScopes: 'shop=a' },
      ['a'],
      ['b'],
    ],
  ] as const)
    test(`${what}`, () => {
      const { mayPublish } = access(settings)
      assert.deepEqual([...allowed, ...refused].filter(mayPublish), [...allowed])
    })

  test('tells publishing and subscribing apart', () => {
    const { mayPublish, maySubscribe } = access({ subscriptionScopes: 'shop=a' })
    assert.deepEqual([mayPublish('b'), maySubscribe('b'), maySubscribe('a')], [true, false, true])
  })

  test('puts the namespace before the topics when a value holds {namespace}, and takes it off again', () => {
    const scoped = access({ consumerID: '{namespace}' })
    assert.equal(scoped.atBroker('a'), 'proda')
    assert.equal(scoped.fromBroker('proda'), 'a')
    assert.equal(access({ consumerID: 'x' }).atBroker('a'), 'a')
  })
})
