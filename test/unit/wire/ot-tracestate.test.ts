import assert from 'node:assert/strict'
import {
  complement,
  formatThreshold,
  rateOf,
  readOtMember,
  thresholdOf,
  withOtMember,
} from '../../../src/wire/ot-tracestate.ts'

const NONE = { rv: undefined, th: undefined, rest: [] }

describe('readOtMember [opentelemetry: tracestate-handling]', () => {
  test('reads rv and th, and keeps the other subkeys', () => {
    assert.deepEqual(readOtMember('a=1,ot=th:c;rv:6e6d1a75832a2f;p:8,b=2'), {
      rv: '6e6d1a75832a2f',
      th: 'c0000000000000',
      rest: ['p:8'],
    })
    assert.deepEqual(readOtMember('ot=th:0'), { ...NONE, th: '00000000000000' })
  })

  test('takes what is malformed for absent', () => {
    for (const [state, expected] of [
      [undefined, NONE],
      ['a=1', NONE],
      ['not=th:8', NONE],
      ['ot=rv:123', NONE],
      ['ot=rv:6E6D1A75832A2F', NONE],
      ['ot=th:', NONE],
      ['ot=th:123456789abcdef', NONE],
      ['ot=th:xyz', NONE],
    ] as const)
      assert.deepEqual(readOtMember(state), expected, String(state))
  })
})

describe('withOtMember', () => {
  test('puts the member first and leaves the others in order [trace-context: mutating-the-tracestate-field]', () => {
    const ot = { rv: '0123456789abcd', th: '80000000000000', rest: ['p:8'] }
    assert.equal(withOtMember('a=1,ot=th:1,b=2', ot), 'ot=rv:0123456789abcd;th:8;p:8,a=1,b=2')
    assert.equal(withOtMember(undefined, { ...NONE, th: '00000000000000' }), 'ot=th:0')
  })

  test('takes an empty member away', () => {
    assert.equal(withOtMember('ot=th:8,a=1', NONE), 'a=1')
    assert.equal(withOtMember('ot=th:8', NONE), undefined)
  })

  test('keeps to 32 members, dropping the last', () => {
    const full = Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(',')
    const members = withOtMember(full, { ...NONE, th: '80000000000000' })?.split(',') ?? []
    assert.deepEqual([members.length, members[0], members[31]], [32, 'ot=th:8', 'k30=v'])
  })
})

describe('thresholdOf [opentelemetry: tracestate-probability-sampling]', () => {
  test('gives the threshold of the rates that the specification names', () => {
    for (const [rate, th] of [
      [1, '0'],
      [0.5, '8'],
      [0.25, 'c'],
      [0.1, 'e666666666666'],
      [0.01, 'fd70a3d70a3d70'],
      [2 ** -56, 'ffffffffffffff'],
    ] as const) {
      const threshold = thresholdOf(rate) ?? ''
      assert.ok(formatThreshold(threshold).startsWith(th.slice(0, 12)), `${rate}: ${threshold}`)
      assert.ok(Math.abs(rateOf(threshold) - rate) <= 2 ** -53, String(rate))
    }
  })

  test('has none for a rate that keeps nothing', () => {
    for (const rate of [0, -1, 2 ** -57, Number.NaN]) assert.equal(thresholdOf(rate), undefined)
  })
})

describe('complement', () => {
  test('is 2^56 - 1 - x', () => {
    for (const x of [0n, 1n, 2n ** 28n - 1n, 2n ** 28n, 0x123456789abcden, 2n ** 56n - 1n])
      assert.equal(
        complement(x.toString(16).padStart(14, '0')),
        (2n ** 56n - 1n - x).toString(16).padStart(14, '0'),
      )
  })
})
