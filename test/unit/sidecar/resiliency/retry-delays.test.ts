import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { RetryPolicy } from '../../../../src/resources/index.ts'
import { retryDelays } from '../../../../src/sidecar/resiliency/retry-delays.ts'

const constant: RetryPolicy = {
  policy: 'constant',
  durationMs: 20,
  maxIntervalMs: 60_000,
  maxRetries: 3,
  httpStatusCodes: undefined,
  grpcStatusCodes: undefined,
}
const exponential: RetryPolicy = { ...constant, policy: 'exponential', maxRetries: 6 }
const never = () => assert.fail('nothing is random here')
const middle = () => 0.5
const atOnce = () => 0

describe('retryDelays', () => {
  test('pauses equally long, without chance [dapr/kit: PolicyConstant]', () => {
    assert.deepEqual([...retryDelays(constant, never, atOnce)], [20, 20, 20])
    assert.deepEqual([...retryDelays({ ...constant, maxRetries: 0 }, never, atOnce)], [])
  })

  test('pauses longer and longer up to a bound [cenkalti/backoff: exponential.go]', () => {
    const delays = [...retryDelays({ ...exponential, maxIntervalMs: 1_500 }, middle, atOnce)]
    assert.deepEqual(delays, [500, 750, 1_125, 1_500, 1_500, 1_500])
  })

  test('goes on for ever when there is no maximum', () => {
    const delays = retryDelays({ ...constant, maxRetries: -1 }, never, atOnce)
    for (let i = 0; i < 10_000; i++) assert.equal(delays.next().value, 20)
  })

  test('gives up after 15 minutes when it is exponential [backoff: DefaultMaxElapsedTime]', () => {
    let elapsedMs = 0
    const delays = retryDelays({ ...exponential, maxRetries: -1 }, middle, () => elapsedMs)
    for (const delay of delays) elapsedMs += delay
    assert.ok(elapsedMs > 840_000 && elapsedMs <= 900_000, `${elapsedMs}`)
  })

  test('keeps its bounds, whatever the policy and whatever chance says', () => {
    const policies = fc.record({
      policy: fc.constantFrom('constant' as const, 'exponential' as const),
      durationMs: fc.nat(100_000),
      maxIntervalMs: fc.nat(100_000),
      maxRetries: fc.integer({ min: 0, max: 40 }),
      httpStatusCodes: fc.constant(undefined),
      grpcStatusCodes: fc.constant(undefined),
    })
    const chance = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(policies, chance, (policy, numbers) => {
        let asked = 0
        const random = () => numbers[asked++ % numbers.length] ?? 0
        const delays = [...retryDelays(policy, random, atOnce)]
        assert.equal(delays.length, policy.maxRetries)
        if (policy.policy === 'constant') {
          assert.equal(asked, 0)
          return delays.every((delay) => delay === policy.durationMs)
        }
        const longest = Math.max(500, policy.maxIntervalMs) * 1.5
        return delays.every((delay) => delay >= 0 && delay <= longest)
      }),
      { seed: 42 },
    )
  })
})
