import assert from 'node:assert/strict'
import { FAKE_START_US } from '../../../../src/base/fake-clock.ts'
import { rule, startSampler } from './start-sampler.ts'

describe('createSampler with rules', () => {
  test('lets the first rule that matches decide, and the plain rate the rest', () => {
    const { verdict } = startSampler({
      rules: [
        rule('reads', { match: { target: 'orders', method: 'GET' }, rate: 0 }),
        rule('orders', { match: { target: 'orders' } }),
        rule('late', { match: { target: 'orders', method: 'PUT' }, rate: 0 }),
      ],
    })
    assert.equal(verdict({ operation: { target: 'orders', method: 'GET' } }), 'left by reads')
    assert.equal(verdict({ operation: { target: 'orders', method: 'PUT' } }), 'kept by orders')
    assert.equal(verdict({ operation: { target: 'carts', method: 'GET' } }), 'left by rate')
  })

  test('matches every field of an operation, each by its glob', () => {
    const fields = {
      api: 'publish',
      target: 'orders',
      method: 'POST',
      path: '/orders/{id}',
      topic: 'paid',
      component: 'kafka',
      actorType: 'Cart',
      caller: 'shop',
      namespace: 'prod',
    }
    for (const [field, value] of Object.entries(fields)) {
      const { verdict } = startSampler({
        rules: [rule('it', { match: { [field]: `${value.slice(0, 2)}*` } })],
      })
      assert.equal(verdict({ operation: fields }), 'kept by it', field)
      assert.equal(verdict({ operation: { ...fields, [field]: 'x' } }), 'left by rate', field)
    }
  })

  test('asks for a header at each request, not once an operation', () => {
    const { verdict } = startSampler({ rules: [rule('beta', { header: 'x-beta' })] })
    assert.equal(verdict({ headers: ['X-Beta', ''] }), 'kept by beta')
    assert.equal(verdict(), 'left by rate')
    assert.equal(verdict({ headers: ['x-beta', '1'] }), 'kept by beta')
  })

  test('puts overrides before rules, until they end by themselves', () => {
    const { verdict, clock } = startSampler({
      overrides: [rule('debug', { untilUs: FAKE_START_US + 60_000_000 })],
      rules: [rule('none', { rate: 0 })],
    })
    assert.equal(verdict(), 'kept by debug')
    clock.advance(59_999)
    assert.equal(verdict(), 'kept by debug')
    clock.advance(1)
    assert.equal(verdict(), 'left by none')
  })

  test('lets an override decide about what a caller has left, while it holds', () => {
    const { verdict, clock } = startSampler({
      overrides: [
        rule('debug', { match: { target: 'orders' }, untilUs: FAKE_START_US + 60_000_000 }),
      ],
    })
    const asked = { operation: { target: 'orders' }, parent: { flags: 0 } }
    assert.equal(verdict(asked), 'kept by debug')
    assert.equal(verdict({ ...asked, operation: { target: 'carts' } }), 'left by parent')
    clock.advance(60_000)
    assert.equal(verdict(asked), 'left by parent')
  })

  test('ends an override by the wall clock, wherever somebody sets it', () => {
    const { verdict, clock } = startSampler({
      overrides: [rule('debug', { untilUs: FAKE_START_US + 1_000 })],
    })
    clock.setWallClock(FAKE_START_US + 1_000)
    assert.equal(verdict(), 'left by rate')
    clock.setWallClock(FAKE_START_US - 86_400_000_000)
    assert.equal(verdict(), 'kept by debug')
  })

  test('leaves untraced what a rule says so of', () => {
    const { verdict } = startSampler(
      { rules: [rule('health', { match: { path: '*/healthz*' }, rate: 0, untraced: true })] },
      1,
    )
    assert.equal(verdict({ operation: { path: '/v1.0/healthz' } }), 'untraced')
    assert.equal(verdict({ operation: { path: '/v1.0/health' } }), 'kept by rate')
  })

  test('lets a sampled parent decide, and an unsampled one as the policy says', () => {
    const rows = [
      ['follow', 1, 'kept by parent'],
      ['follow', 0, 'left by parent'],
      ['raise', 1, 'kept by parent'],
      ['raise', 0, 'kept by all'],
      ['ignore', 0, 'kept by all'],
      ['ignore', 1, 'kept by all'],
    ] as const
    for (const [parent, flags, expected] of rows) {
      const { verdict } = startSampler({ parent, rules: [rule('all', {})] })
      assert.equal(verdict({ parent: { flags } }), expected, `${parent} ${flags}`)
    }
    const none = startSampler({ parent: 'ignore', rules: [rule('none', { rate: 0 })] })
    assert.equal(none.verdict({ parent: { flags: 1 } }), 'left by none')
  })

  test('follows sampled callers only, at rate 0 with an empty block', () => {
    const { verdict } = startSampler({}, 0)
    assert.equal(verdict(), 'left by rate')
    assert.equal(verdict({ parent: { flags: 1 } }), 'kept by parent')
  })
})

describe('force', () => {
  const force = { header: 'x-sidelight-trace', perMinute: 2 }
  const asked = { headers: ['X-Sidelight-Trace', '1'] }

  test('samples what asks for it, whatever else is said, within its budget', () => {
    const { verdict, clock } = startSampler({ force, rules: [rule('none', { rate: 0 })] })
    assert.equal(verdict(asked), 'kept by force')
    assert.equal(verdict({ ...asked, parent: { flags: 0 } }), 'kept by force')
    assert.equal(verdict(asked), 'left by none')
    clock.advance(30_000)
    assert.equal(verdict(asked), 'kept by force')
  })

  test('spends nothing on a trace that is sampled already', () => {
    const { verdict } = startSampler({ force })
    for (let i = 0; i < 5; i++)
      assert.equal(verdict({ ...asked, parent: { flags: 1 } }), 'kept by parent')
    assert.equal(verdict(asked), 'kept by force')
  })

  test('takes an explicit no for a no, and is off unless enabled', () => {
    const { verdict } = startSampler({ force })
    for (const value of ['', '0', 'false', ' False '])
      assert.equal(verdict({ headers: ['x-sidelight-trace', value] }), 'left by rate', value)
    assert.equal(startSampler({}).verdict(asked), 'left by rate')
  })

  test('is the entry’s to decide: a peer has decided already', () => {
    const { verdict } = startSampler({ force })
    assert.equal(verdict({ ...asked, isFromPeer: true, parent: { flags: 0 } }), 'left by parent')
  })

  test('is not capped by the limit', () => {
    const { verdict } = startSampler({ force: { ...force, perMinute: 10 }, limitPerSecond: 1 })
    for (let i = 0; i < 10; i++) assert.equal(verdict(asked), 'kept by force')
  })
})

describe('floor', () => {
  test('shows each quiet operation, however low the rate', () => {
    const { verdict, clock } = startSampler({ floorPerMinute: 1 }, 0)
    for (const path of ['/a', '/b']) {
      assert.equal(verdict({ operation: { path } }), 'kept by floor')
      assert.equal(verdict({ operation: { path } }), 'left by rate')
    }
    clock.advance(60_000)
    assert.equal(verdict({ operation: { path: '/a' } }), 'kept by floor')
  })

  test('leaves out what a rule sets to 0, and counts what the rate has given', () => {
    const { verdict } = startSampler({ floorPerMinute: 1, rules: [rule('none', { rate: 0 })] })
    assert.equal(verdict(), 'left by none')
    const half = startSampler({ floorPerMinute: 1 }, 0.5)
    assert.equal(half.verdict({ traceId: '0'.repeat(31).concat('1') }), 'kept by rate')
    assert.equal(half.verdict({ traceId: 'f'.repeat(32) }), 'left by rate')
  })

  test('is capped by the limit', () => {
    const { verdict } = startSampler({ floorPerMinute: 5, limitPerSecond: 2 }, 0)
    const verdicts = ['/a', '/b', '/c'].map((path) => verdict({ operation: { path } }))
    assert.deepEqual(verdicts, ['kept by floor', 'kept by floor', 'left by limit'])
  })
})

describe('traceState of a decision [opentelemetry: tracestate-probability-sampling]', () => {
  // R = 2^56 - 1 - 0x40000000000000 >= T(0.5), the complement of the bits that Go looks at.
  const traceId = `${'1'.repeat(16)}4000000000000000`
  const rv = 'bfffffffffffff'

  test('gives a root its randomness, and its threshold when it is sampled', () => {
    assert.equal(startSampler({}, 0.5).traceState({ traceId }), `ot=rv:${rv};th:8`)
    assert.equal(startSampler({}, 1).traceState({ traceId }), `ot=rv:${rv};th:0`)
    assert.equal(startSampler({}, 0).traceState({ traceId }), `ot=rv:${rv}`)
  })

  test('gives no threshold to what chance did not decide', () => {
    const forced = startSampler({ force: { header: 'x-t', perMinute: 1 } })
    assert.equal(forced.traceState({ traceId, headers: ['x-t', '1'] }), `ot=rv:${rv}`)
    assert.equal(startSampler({ floorPerMinute: 1 }).traceState({ traceId }), `ot=rv:${rv}`)
  })

  test('passes on what a parent says, and never adds randomness', () => {
    const { traceState } = startSampler({}, 1)
    for (const state of [undefined, 'a=1', `ot=rv:${rv};th:8,a=1`, 'ot=th:0;p:1'])
      assert.equal(traceState({ traceId, parent: { flags: 1, traceState: state } }), state)
  })

  test('erases a threshold that contradicts the flag', () => {
    const { traceState } = startSampler({}, 1)
    const low = 'ot=rv:00000000000001;th:8,a=1'
    const high = `ot=rv:${rv};th:8`
    assert.equal(traceState({ parent: { flags: 1, traceState: low } }), 'ot=rv:00000000000001,a=1')
    assert.equal(traceState({ parent: { flags: 0, traceState: high } }), `ot=rv:${rv}`)
    assert.equal(traceState({ parent: { flags: 0, traceState: low } }), low)
  })

  test('writes its own threshold when it raises a parent, by the randomness that came', () => {
    const { decide, traceState } = startSampler({ parent: 'raise' }, 0.5)
    const kept = { parent: { flags: 0, traceState: `ot=rv:${rv}` } }
    assert.equal(decide(kept)?.sampled, true)
    assert.equal(traceState(kept), `ot=rv:${rv};th:8`)
    assert.equal(
      decide({ parent: { flags: 0, traceState: 'ot=rv:00000000000001' } })?.sampled,
      false,
    )
  })
})
