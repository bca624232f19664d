import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import {
  createOperation,
  createSampler,
  NO_CONTEXT,
  type SamplingPolicy,
  type SpanContext,
} from '../../../../src/telemetry/index.ts'

const KEPT = '4bf92f3577b34da60000000000000000'
const LEFT = '4bf92f3577b34da6ffffffffffffffff'
const parent = (flags: number): SpanContext => ({
  traceId: LEFT,
  spanId: '00f067aa0ba902b7',
  flags,
  traceState: undefined,
})
const decide = (
  policy: () => SamplingPolicy,
  traceId: string,
  caller?: SpanContext,
  decided?: boolean,
) => {
  const decision = createSampler(policy, createFakeClock()).decide(traceId, {
    incoming: { ...NO_CONTEXT, parent: caller, decided },
    headers: [],
    isFromPeer: false,
    operation: createOperation(),
  })
  return decision && `${decision.sampled ? 'kept' : 'left'} by ${decision.rule}`
}
const at =
  (rate: number, enabled = true) =>
  () => ({ enabled, rate, rules: undefined })

describe('createSampler without rules [dapr: tracing_sampler.go]', () => {
  test('makes no decision while tracing is off', () => {
    assert.equal(decide(at(1, false), KEPT), undefined)
    assert.equal(decide(at(1, false), KEPT, parent(1)), undefined)
  })

  test('lets a parent decide, whatever the rate', () => {
    for (const rate of [0, 0.5, 1]) {
      assert.equal(decide(at(rate), LEFT, parent(1)), 'kept by parent')
      assert.equal(decide(at(rate), KEPT, parent(0)), 'left by parent')
    }
  })

  test('reads the sampled bit of a parent, not the random one [trace-context-2: random-trace-id-flag]', () => {
    assert.equal(decide(at(1), LEFT, parent(2)), 'left by parent')
    assert.equal(decide(at(0), LEFT, parent(3)), 'kept by parent')
  })

  test('follows a decision that came without ids [b3: sampling state]', () => {
    assert.equal(decide(at(0), LEFT, undefined, true), 'kept by parent')
    assert.equal(decide(at(1), KEPT, undefined, false), 'left by parent')
  })

  test('decides a root by its trace id and the rate', () => {
    assert.equal(decide(at(0.5), KEPT), 'kept by rate')
    assert.equal(decide(at(0.5), LEFT), 'left by rate')
  })

  test('reads the policy in force at each decision', () => {
    let policy: SamplingPolicy = { enabled: true, rate: 0, rules: undefined }
    const inForce = () => policy
    const sampler = createSampler(inForce, createFakeClock())
    const request = {
      incoming: NO_CONTEXT,
      headers: [],
      isFromPeer: false,
      operation: createOperation(),
    }
    assert.equal(sampler.decide(KEPT, request)?.sampled, false)
    policy = { enabled: true, rate: 1, rules: undefined }
    assert.equal(sampler.decide(KEPT, request)?.sampled, true)
  })
})
