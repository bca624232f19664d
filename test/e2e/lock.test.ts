import assert from 'node:assert/strict'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'
import { startRedis } from '../support/real-redis.ts'
import { send } from '../support/test-sidecars.ts'

const LOCKS = { 'l.yaml': component('locks', 'lock.in-memory') }
const lockOf = (resourceId: string, lockOwner: string, expiryInSeconds: unknown = 60) => ({
  resourceId,
  lockOwner,
  expiryInSeconds,
})

async function open(components: Readonly<Record<string, string>> = LOCKS) {
  const started = await startBlockSidecar(components)
  return {
    ...started,
    lock: (body: unknown, store = 'locks') =>
      started.call('POST', `/v1.0-alpha1/lock/${store}`, body),
    unlock: (body: unknown) => started.call('POST', '/v1.0-alpha1/unlock/locks', body),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  }
}

describe('locks over HTTP [dapr: pkg/api/universal/lock.go]', () => {
  test('are had by one, and given back by their owner alone', async () => {
    await using opened = await open()
    const { lock, unlock } = opened
    assert.deepEqual(await lock(lockOf('r', 'me')), { status: 200, text: '{"success":true}' })
    assert.equal((await lock(lockOf('r', 'you'))).text, '{"success":false}')
    assert.equal((await unlock(lockOf('r', 'you'))).text, '{"status":2}')
    assert.deepEqual(await unlock(lockOf('r', 'me')), { status: 200, text: '{"status":0}' })
    assert.equal((await unlock(lockOf('r', 'me'))).text, '{"status":1}')
    assert.equal(
      (await lock({ ResourceID: 'r', LOCKOWNER: 'you', expiryInSeconds: '5' })).status,
      200,
    )
  })

  test('are had by one of all who try at once', async () => {
    await using opened = await open()
    const tries = Array.from({ length: 50 }, (_, n) => opened.lock(lockOf('r', `owner-${n}`)))
    const got = (await Promise.all(tries)).filter(({ text }) => text === '{"success":true}')
    assert.equal(got.length, 1)
  })

  test('of another app are others, unless keyPrefix says otherwise', async () => {
    await using opened = await open({
      ...LOCKS,
      'n.yaml': component('named', 'lock.in-memory', [{ name: 'keyPrefix', value: 'name' }]),
    })
    const other = await opened.startAnother('other')
    const theirs = async (store: string) => {
      const body = JSON.stringify(lockOf('r', 'they'))
      return (
        await send(other.port, 'POST', `/v1.0-alpha1/lock/${store}`, [], body)
      ).body.toString()
    }
    await opened.lock(lockOf('r', 'me'))
    await opened.lock(lockOf('r', 'me'), 'named')
    assert.equal(await theirs('locks'), '{"success":true}')
    assert.equal(await theirs('named'), '{"success":false}')
  })

  test('stand in Redis where daprd looks for them', async function () {
    await using redis = await startRedis(this)
    const metadata = [{ name: 'redisHost', value: redis.address }]
    await using opened = await open({ 'l.yaml': component('locks', 'lock.redis', metadata) })
    await opened.lock(lockOf('r', 'me'))
    assert.equal(await redis.command('GET', 'lock||shop||r'), 'me')
    await redis.command('SET', 'lock||shop||q', 'daprd')
    assert.equal((await opened.lock(lockOf('q', 'me'))).text, '{"success":false}')
  })

  for (const [what, body, store, expected] of [
    [
      'no resource',
      lockOf('', 'me'),
      'locks',
      '400 ERR_MALFORMED_REQUEST: ResourceId is empty in lock store locks',
    ],
    [
      'no owner',
      lockOf('r', ''),
      'locks',
      '400 ERR_MALFORMED_REQUEST: LockOwner is empty in lock store locks',
    ],
    [
      'no time',
      lockOf('r', 'me', 0),
      'locks',
      '400 ERR_MALFORMED_REQUEST: ExpiryInSeconds is not positive in lock store locks',
    ],
    [
      'true for a time',
      lockOf('r', 'me', true),
      'locks',
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: expiryInSeconds is a whole number of seconds',
    ],
    [
      'a time beyond int32',
      lockOf('r', 'me', 2 ** 31),
      'locks',
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: expiryInSeconds is a whole number of seconds',
    ],
    [
      'half a second',
      lockOf('r', 'me', 0.5),
      'locks',
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: expiryInSeconds is a whole number of seconds',
    ],
    [
      'an unknown store',
      lockOf('r', 'me'),
      'other',
      '400 ERR_LOCK_STORE_NOT_FOUND: lock store other not found',
    ],
    [
      'the separator in a resource',
      lockOf('a||b', 'me'),
      'locks',
      "500 ERR_TRY_LOCK: failed to try acquiring lock: input key/keyPrefix 'a||b' can't contain '||'",
    ],
  ] as const)
    test(`refuse ${what}`, async () => {
      await using opened = await open()
      assert.equal(errorOf(await opened.lock(body, store)), expected)
    })

  test('say that no store is configured at all', async () => {
    await using opened = await open({})
    assert.equal(
      errorOf(await opened.lock(lockOf('r', 'me'))),
      '500 ERR_LOCK_STORE_NOT_CONFIGURED: lock store is not configured',
    )
  })

  test('are spans and counts by what came of them, without owner and resource', async () => {
    await using opened = await open()
    await opened.lock(lockOf('planted-resource', 'planted-owner'))
    await opened.lock(lockOf('planted-resource', 'planted-other'))
    await opened.unlock(lockOf('planted-resource', 'planted-owner'))
    await opened.receiver.waitFor(({ spans }) => spans.length === 6)
    assert.deepEqual(opened.receiver.spans.map(({ name }) => name).sort(), [
      '/v1.0-alpha1/lock/locks',
      '/v1.0-alpha1/lock/locks',
      '/v1.0-alpha1/unlock/locks',
      'try_lock locks',
      'try_lock locks',
      'unlock locks',
    ])
    const outputs = await opened.outputs()
    for (const [operation, result] of [
      ['try_lock', 'acquired'],
      ['try_lock', 'held'],
      ['unlock', 'released'],
    ])
      assert.match(
        outputs.metrics ?? '',
        new RegExp(
          `sidelight_component_lock_total\\{app_id="shop",component="locks",namespace="default",operation="${operation}",result="${result}"\\} 1`,
        ),
      )
    for (const [place, text] of Object.entries(outputs)) assert.doesNotMatch(text, /planted/, place)
  })

  test('name nobody when Redis is gone', async function () {
    await using redis = await startRedis(this)
    const metadata = [
      { name: 'redisHost', value: redis.address },
      { name: 'redisMaxRetries', value: 0 },
    ]
    await using opened = await open({ 'l.yaml': component('locks', 'lock.redis', metadata) })
    await redis.stop()
    for (const answer of [
      await opened.lock(lockOf('planted-resource', 'planted-owner')),
      await opened.unlock(lockOf('planted-resource', 'planted-owner')),
    ]) {
      assert.match(errorOf(answer), /^500 ERR_(TRY_LOCK|UNLOCK): /)
      assert.doesNotMatch(answer.text, /planted/)
    }
    for (const [place, text] of Object.entries(await opened.outputs()))
      assert.doesNotMatch(text, /planted/, place)
  })
})
