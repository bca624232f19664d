import assert from 'node:assert/strict'
import { isTraceIdSampled } from '../../../../src/telemetry/index.ts'

const KEPT = '4bf92f3577b34da60000000000000000'
const LEFT = '4bf92f3577b34da6ffffffffffffffff'

describe('isTraceIdSampled', () => {
  test('keeps all at 1 and above, none at 0 and below', () => {
    for (const id of [KEPT, LEFT])
      for (const [rate, kept] of [
        [1, true],
        [1.5, true],
        [0, false],
        [-0, false],
        [-1, false],
        [Number.NaN, false],
      ] as const)
        assert.equal(isTraceIdSampled(id, rate), kept, `${id} at ${rate}`)
  })

  test('looks at bytes 8 to 15 only', () => {
    assert.equal(isTraceIdSampled('ffffffffffffffff0000000000000000', 0.0001), true)
    assert.equal(isTraceIdSampled('0000000000000000ffffffffffffffff', 0.9999), false)
  })

  test('ignores the lowest bit, and keeps ids strictly below the bound', () => {
    const rows = [
      ['7ffffffffffffffe', true],
      ['7fffffffffffffff', true],
      ['8000000000000000', false],
      ['8000000000000001', false],
    ] as const
    for (const [low, kept] of rows)
      assert.equal(isTraceIdSampled(`${'0'.repeat(16)}${low}`, 0.5), kept, low)
  })

  test('tells ids apart below the 53 bits of a double', () => {
    const half = Math.fround(0.5) + 2 ** -53
    assert.equal(isTraceIdSampled(`${'0'.repeat(16)}80000000000007ff`, half), true)
    assert.equal(isTraceIdSampled(`${'0'.repeat(16)}8000000000000800`, half), false)
  })

  test('keeps at a higher rate what it keeps at a lower one', () => {
    const rates = [0.0001, 0.01, 0.1, 0.5, 0.9]
    for (let i = 0; i < 256; i++) {
      const id = `${'0'.repeat(16)}${i.toString(16).padStart(2, '0').repeat(8)}`
      const kept = rates.map((rate) => isTraceIdSampled(id, rate))
      assert.deepEqual(kept, [...kept].sort(), id)
    }
  })
})
