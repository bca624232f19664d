import assert from 'node:assert/strict'
import { compileTrip, parseResources } from '../../../src/resources/index.ts'

const parse = async (...texts: string[]) => {
  const { resources, problems } = await parseResources(
    texts.map((text, i) => ({ file: `${i}.yaml`, text })),
  )
  return { resiliencies: resources.resiliencies.map(({ resource }) => resource), problems }
}
const HEAD = 'apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: { name: r }\n'

describe('a Resiliency', () => {
  test('is read with the defaults of Dapr [dapr/kit: retry/retry.go]', async () => {
    const { resiliencies, problems } = await parse(`${HEAD}
spec:
  policies:
    timeouts: { short: 250ms, number: "1500", none: 0 }
    retries:
      plain: {}
      slow: { policy: Exponential, maxInterval: 15s, maxRetries: 10 }
      some: { maxRetries: 0, duration: 20, matching: { httpStatusCodes: "429,500-599", gRPCStatusCodes: 14 } }
    circuitBreakers:
      plain: {}
      own: { maxRequests: 2, interval: 8s, timeout: 45s, trip: consecutiveFailures >= 8 }
  targets:
    apps: { orders: { timeout: short, retry: plain, circuitBreaker: own, circuitBreakerCacheSize: 7 } }
    actors: { Cart: { retry: plain, circuitBreaker: own, circuitBreakerScope: both } }
    components: { events: { inbound: { retry: slow }, outbound: { timeout: "" } } }
scopes: [shop]
`)
    assert.deepEqual(problems, [])
    const constant = {
      policy: 'constant',
      durationMs: 5_000,
      maxIntervalMs: 60_000,
      maxRetries: -1,
      httpStatusCodes: undefined,
      grpcStatusCodes: undefined,
    }
    const none = { timeout: undefined, retry: undefined, circuitBreaker: undefined }
    assert.deepEqual(resiliencies, [
      {
        name: 'r',
        namespace: '',
        scopes: ['shop'],
        timeouts: { short: 250, number: 1_500, none: 0 },
        retries: {
          plain: constant,
          slow: { ...constant, policy: 'exponential', maxIntervalMs: 15_000, maxRetries: 10 },
          some: {
            ...constant,
            durationMs: 20,
            maxRetries: 0,
            httpStatusCodes: [
              { from: 429, to: 429 },
              { from: 500, to: 599 },
            ],
            grpcStatusCodes: [{ from: 14, to: 14 }],
          },
        },
        circuitBreakers: {
          plain: { maxRequests: 1, intervalMs: 0, timeoutMs: 60_000, trip: undefined },
          own: {
            maxRequests: 2,
            intervalMs: 8_000,
            timeoutMs: 45_000,
            trip: 'consecutiveFailures >= 8',
          },
        },
        apps: {
          orders: { timeout: 'short', retry: 'plain', circuitBreaker: 'own', breakerCacheSize: 7 },
        },
        components: { events: { inbound: { ...none, retry: 'slow' }, outbound: none } },
      },
    ])
  })

  test('takes names of fields in any case, names of policies as they are [encoding/json]', async () => {
    const { resiliencies, problems } = await parse(`${HEAD}
Spec:
  Policies: { Retries: { MyRetry: { MaxRetries: 2, MATCHING: { httpstatuscodes: "503" } } } }
  targets: { apps: { Orders: { Retry: MyRetry } } }
`)
    assert.deepEqual(problems, [])
    assert.equal(resiliencies[0]?.retries.MyRetry?.maxRetries, 2)
    assert.equal(resiliencies[0]?.apps.Orders?.retry, 'MyRetry')
  })

  test('tells every mistake with its line', async () => {
    const { resiliencies, problems } = await parse(`${HEAD}
spec:
  policies:
    timeouts:
      a: soon
      b: -1s
    retries:
      r:
        policy: linear
        maxRetries: -2
        matching:
          httpStatusCodes: 500-400
          gRPCStatusCodes: "17"
          grpc: "1"
    circuitBreakers:
      c: { maxRequests: -1, interval: x }
      d: { trip: failures > 1 }
  targets: { apps: { orders: { retry: rr, timeout: a, circuitBreaker: ten } } }
`)
    assert.deepEqual(resiliencies, [])
    assert.deepEqual(problems.map(({ path, line, code }) => `${line} ${path} ${code}`).sort(), [
      '12 spec.policies.retries.r.policy VALUE_UNKNOWN',
      '13 spec.policies.retries.r.maxRetries OUT_OF_RANGE',
      '15 spec.policies.retries.r.matching.httpStatusCodes CODES_INVALID',
      '16 spec.policies.retries.r.matching.gRPCStatusCodes CODES_INVALID',
      '17 spec.policies.retries.r.matching.grpc FIELD_UNKNOWN',
      '19 spec.policies.circuitBreakers.c.interval DURATION_INVALID',
      '19 spec.policies.circuitBreakers.c.maxRequests OUT_OF_RANGE',
      '20 spec.policies.circuitBreakers.d.trip TRIP_INVALID',
      '21 spec.targets.apps.orders.circuitBreaker POLICY_UNKNOWN',
      '21 spec.targets.apps.orders.retry POLICY_UNKNOWN',
      '8 spec.policies.timeouts.a DURATION_INVALID',
      '9 spec.policies.timeouts.b DURATION_INVALID',
    ])
  })

  test('knows the policies of one that is wrong in something else', async () => {
    const { problems } = await parse(
      `${HEAD}spec: { policies: { retries: { few: { maxRetries: -2 } } } }`,
      `${HEAD.replace('name: r', 'name: s')}spec: { targets: { apps: { orders: { retry: few } } } }`,
    )
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['OUT_OF_RANGE'],
    )
  })

  test('refuses a condition that does not compile, and warns of a policy that is nowhere', async () => {
    const { problems } = await parse(
      `${HEAD}
spec:
  policies:
    retries: { important: {} }
    circuitBreakers:
      typo: { trip: conFailures > 3 }
      open: { trip: consecutiveFailures >= }
      number: { trip: requests }
  targets:
    apps:
      orders: { retry: importent, timeout: elsewhere }
    components:
      events: { inbound: { circuitBreaker: x } }
`,
      `${HEAD.replace('name: r', 'name: s')}spec: { policies: { timeouts: { elsewhere: 1s } } }`,
    )
    assert.deepEqual(
      problems.map(({ line, path, code, severity }) => `${line} ${path} ${code} ${severity}`),
      [
        '9 spec.policies.circuitBreakers.typo.trip TRIP_INVALID undefined',
        '10 spec.policies.circuitBreakers.open.trip TRIP_INVALID undefined',
        '11 spec.policies.circuitBreakers.number.trip TRIP_INVALID undefined',
        '14 spec.targets.apps.orders.retry POLICY_UNKNOWN warning',
        '16 spec.targets.components.events.inbound.circuitBreaker POLICY_UNKNOWN warning',
      ],
    )
    assert.match(String(problems[3]?.message), /did you mean important\?$/)
  })
})

describe('compileTrip', () => {
  const counts = {
    requests: 10,
    totalSuccesses: 4,
    totalFailures: 6,
    consecutiveSuccesses: 0,
    consecutiveFailures: 6,
  }
  for (const [condition, trips] of [
    [undefined, true],
    ['consecutiveFailures >= 6', true],
    ['consecutiveFailures > 6', false],
    ['requests >= 10 && totalFailures * 100 / requests >= 60', true],
    ['double(totalFailures) / double(requests) > 0.6', false],
    ['totalSuccesses == 4 && consecutiveSuccesses == 0', true],
    ['requests / consecutiveSuccesses > 1', false],
  ] as const)
    test(`${condition} ${trips ? 'trips' : 'does not trip'}`, async () => {
      const trip = await compileTrip(condition)
      assert.ok(trip.ok)
      assert.equal(trip.value(counts), trips)
    })

  test('names what there is, also from within a macro', async () => {
    const wrong = await compileTrip('[1].exists(x, x == failures)')
    assert.match(
      wrong.ok ? '' : wrong.error,
      /^it names failures, but there is only requests, .*, consecutiveFailures;/,
    )
  })

  test('refuses what never gives a truth value', async () => {
    for (const condition of ['', '1', 'failures > 1', 'x'.repeat(1_001), '"a" + 1 > 2'])
      assert.equal((await compileTrip(condition)).ok, false, condition)
  })
})
