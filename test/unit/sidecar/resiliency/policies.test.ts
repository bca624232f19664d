import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { codeOf } from '../../../../src/base/fault.ts'
import { parseResources } from '../../../../src/resources/index.ts'
import type { Guard } from '../../../../src/sidecar/resiliency/guard.ts'
import { createPolicies } from '../../../../src/sidecar/resiliency/policies.ts'

const EVENTS = { name: 'events', type: 'pubsub.redis' }
const BREAKER = { trip: 'true', timeout: '1h' }

async function open(...specs: readonly object[]) {
  const seen: string[] = []
  const policies = createPolicies({
    own: { appId: 'shop', namespace: 'default' },
    meter: {
      loaded: ({ name }) => seen.push(`loaded ${name}`),
      fetched: (_, { name }, kind, state) => seen.push(`fetched ${kind} of ${name} ${state ?? ''}`),
      activated: () => undefined,
    },
    clock: createFakeClock(),
    random: () => 0,
  })
  const apply = async (...all: readonly object[]): Promise<void> => {
    const { resources, problems } = await parseResources(
      all.map((one, i) => ({
        file: `${i}`,
        text: JSON.stringify({ kind: 'Resiliency', metadata: { name: `r${i}` }, ...one }),
      })),
    )
    assert.deepEqual(problems, [])
    await policies.apply(resources.resiliencies)
  }
  await apply(...specs)
  return { policies, apply, seen }
}

const call = (guard: Guard | undefined, succeeds: boolean): Promise<string | undefined> =>
  (guard ?? assert.fail('no guard'))
    .run({ span: undefined, attempt: () => (succeeds ? Promise.resolve() : Promise.reject()) })
    .then(
      () => 'done',
      (error) => codeOf(error),
    )

describe('createPolicies', () => {
  test('has no guard where there is no policy, and counts nothing', async () => {
    const { policies, seen } = await open()
    assert.equal(policies.forApp('orders', 'x'), undefined)
    assert.equal(policies.forComponent(EVENTS, 'outbound'), undefined)
    assert.deepEqual(seen, [])
    assert.equal(policies.builtInRetry('orders')?.maxRetries, 3)
  })

  test('takes resources of its own app and namespace only', async () => {
    const { policies } = await open(
      { spec: {} },
      { scopes: ['cart'], spec: {} },
      { scopes: ['shop'], spec: {} },
      { metadata: { name: 'far', namespace: 'other' }, spec: {} },
    )
    assert.deepEqual(policies.list(), ['r0', 'r2'])
  })

  test('counts each policy as it is fetched, a breaker with its state', async () => {
    const { policies, seen } = await open(
      { spec: { policies: { timeouts: { t: '1s' }, circuitBreakers: { b: BREAKER } } } },
      {
        spec: {
          policies: { retries: { r: {} } },
          targets: { apps: { orders: { timeout: 't', retry: 'r', circuitBreaker: 'b' } } },
        },
      },
    )
    policies.forApp('orders', 'x')
    assert.deepEqual(seen, [
      'loaded r0',
      'loaded r1',
      'fetched timeout of r0 ',
      'fetched retry of r1 ',
      'fetched circuitbreaker of r0 closed',
    ])
    assert.equal(policies.builtInRetry('orders'), undefined)
  })

  test('an app that takes no messages does not stop publishing', async () => {
    const { policies } = await open({
      spec: { policies: { circuitBreakers: { DefaultCircuitBreakerPolicy: BREAKER } } },
    })
    await call(policies.forComponent(EVENTS, 'inbound'), false)
    assert.equal(await call(policies.forComponent(EVENTS, 'inbound'), true), 'BREAKER_OPEN')
    assert.equal(await call(policies.forComponent(EVENTS, 'outbound'), true), 'done')
  })

  test('keeps breakers over a change of anything else, and makes a new one for another policy', async () => {
    const spec = (breaker: object, more: object = {}) => ({
      spec: {
        policies: { circuitBreakers: { DefaultCircuitBreakerPolicy: breaker }, ...more },
      },
    })
    const { policies, apply } = await open(spec(BREAKER))
    await call(policies.forApp('orders', 'x'), false)
    await apply(spec(BREAKER, { timeouts: { t: '1s' } }))
    assert.equal(await call(policies.forApp('orders', 'x'), true), 'BREAKER_OPEN')
    await apply(spec({ ...BREAKER, timeout: '2h' }))
    assert.equal(await call(policies.forApp('orders', 'x'), true), 'done')
  })

  test('forgets the breaker that was used longest ago when an app has too many', async () => {
    const { policies } = await open({
      spec: {
        policies: { circuitBreakers: { b: BREAKER } },
        targets: { apps: { orders: { circuitBreaker: 'b', circuitBreakerCacheSize: 2 } } },
      },
    })
    for (const method of ['a', 'b', 'a', 'c']) await call(policies.forApp('orders', method), false)
    assert.equal(await call(policies.forApp('orders', 'a'), true), 'BREAKER_OPEN')
    assert.equal(await call(policies.forApp('orders', 'b'), true), 'done')
  })
})
