import assert from 'node:assert/strict'
import { parseResources } from '../../../../src/resources/index.ts'
import {
  mergeResiliencies,
  type PolicyTarget,
  policyNamesFor,
} from '../../../../src/sidecar/resiliency/policy-table.ts'

const table = async (...specs: object[]) => {
  const { resources, problems } = await parseResources(
    specs.map((spec, i) => ({
      file: `${i}`,
      text: JSON.stringify({ kind: 'Resiliency', metadata: { name: `r${i}` }, spec }),
    })),
  )
  assert.deepEqual(problems, [])
  return mergeResiliencies(resources.resiliencies.map(({ resource }) => resource))
}
const retries = (...names: string[]) => ({
  policies: { retries: Object.fromEntries(names.map((name) => [name, {}])) },
})
const ORDERS: PolicyTarget = { kind: 'app', id: 'orders' }
const component = (direction: 'inbound' | 'outbound'): PolicyTarget => ({
  kind: 'component',
  name: 'store',
  block: 'Statestore',
  direction,
})

describe('policyNamesFor [dapr: pkg/resiliency/resiliency.go]', () => {
  for (const [given, target, expected] of [
    [[], ORDERS, undefined],
    [['DefaultRetryPolicy'], ORDERS, 'DefaultRetryPolicy'],
    [['DefaultRetryPolicy', 'DefaultAppRetryPolicy'], ORDERS, 'DefaultAppRetryPolicy'],
    [['DefaultComponentRetryPolicy', 'DefaultActorRetryPolicy'], ORDERS, undefined],
    [['DefaultAppRetryPolicy'], component('outbound'), undefined],
    [['DefaultRetryPolicy'], component('inbound'), 'DefaultRetryPolicy'],
    [
      ['DefaultRetryPolicy', 'DefaultComponentRetryPolicy'],
      component('inbound'),
      'DefaultComponentRetryPolicy',
    ],
    [
      ['DefaultComponentRetryPolicy', 'DefaultComponentOutboundRetryPolicy'],
      component('outbound'),
      'DefaultComponentOutboundRetryPolicy',
    ],
    [
      ['DefaultComponentRetryPolicy', 'DefaultComponentOutboundRetryPolicy'],
      component('inbound'),
      'DefaultComponentRetryPolicy',
    ],
    [
      ['DefaultComponentOutboundRetryPolicy', 'DefaultStatestoreComponentOutboundRetryPolicy'],
      component('outbound'),
      'DefaultStatestoreComponentOutboundRetryPolicy',
    ],
    [['DefaultPubsubComponentOutboundRetryPolicy'], component('outbound'), undefined],
  ] as const)
    test(`${target.kind} ${target.kind === 'app' ? '' : target.direction} of [${given}]: ${expected}`, async () => {
      assert.equal(policyNamesFor(await table(retries(...given)), target).retry, expected)
    })

  test('chooses each kind of policy by itself', async () => {
    const merged = await table({
      policies: {
        timeouts: { DefaultTimeoutPolicy: '1s' },
        retries: { DefaultAppRetryPolicy: {} },
        circuitBreakers: { DefaultAppCircuitBreakerPolicy: {}, DefaultCircuitBreakerPolicy: {} },
      },
    })
    assert.deepEqual(policyNamesFor(merged, ORDERS), {
      timeout: 'DefaultTimeoutPolicy',
      retry: 'DefaultAppRetryPolicy',
      circuitBreaker: 'DefaultAppCircuitBreakerPolicy',
    })
  })

  test('a target of its own has no defaults, in neither direction', async () => {
    const merged = await table({
      policies: { timeouts: { short: '1s' }, retries: { DefaultRetryPolicy: {} } },
      targets: {
        apps: { orders: { timeout: 'short' } },
        components: { store: { inbound: { timeout: 'short' } } },
      },
    })
    for (const target of [ORDERS, component('inbound')])
      assert.deepEqual(
        [policyNamesFor(merged, target).timeout, policyNamesFor(merged, target).retry],
        ['short', undefined],
      )
    assert.equal(policyNamesFor(merged, component('outbound')).retry, undefined)
  })

  test('a later resource replaces policies and targets of the same name, and owns them', async () => {
    const merged = await table(
      {
        policies: { timeouts: { a: '1s', b: '1s' } },
        targets: { apps: { orders: { timeout: 'a' } } },
      },
      { policies: { timeouts: { b: '2s' } }, targets: { apps: { orders: { timeout: 'b' } } } },
    )
    assert.equal(policyNamesFor(merged, ORDERS).timeout, 'b')
    assert.deepEqual(
      ['a', 'b'].map((name) => {
        const { policy, owner } = merged.timeouts.get(name) ?? assert.fail()
        return `${policy} ${owner.name}`
      }),
      ['1000 r0', '2000 r1'],
    )
  })

  test('the built-in service retry is 3 × 1 s, and is never made smaller', async () => {
    const builtIn = async (...specs: object[]) => {
      const { policy } =
        (await table(...specs)).retries.get('DaprBuiltInServiceRetries') ?? assert.fail()
      return `${policy.maxRetries} × ${policy.durationMs}`
    }
    const own = (maxRetries: number) => ({
      policies: { retries: { DaprBuiltInServiceRetries: { maxRetries, duration: '10ms' } } },
    })
    assert.equal(await builtIn(), '3 × 1000')
    assert.equal(await builtIn(own(1)), '3 × 10')
    assert.equal(await builtIn(own(5)), '5 × 10')
  })
})
