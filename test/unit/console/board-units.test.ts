import assert from 'node:assert/strict'
import { formatValue, valueTicks } from '../../../src/console/model/board-units.ts'

describe('valueTicks', () => {
  test('end at or above the largest value, in round steps', () => {
    assert.deepEqual(valueTicks(7, 'per_second'), [0, 2, 4, 6, 8])
    assert.deepEqual(valueTicks(0.047, 'ratio'), [0, 0.02, 0.04, 0.06])
    assert.deepEqual(valueTicks(10, 'seconds'), [0, 2.5, 5, 7.5, 10])
  })

  test('count in whole numbers, and bytes in powers of two', () => {
    assert.deepEqual(valueTicks(1, 'count'), [0, 1])
    assert.deepEqual(valueTicks(2.5, 'count'), [0, 1, 2, 3])
    const memory = valueTicks(165 * 1024 ** 2, 'bytes')
    assert.deepEqual(
      memory.map((value) => formatValue(value, 'bytes')),
      ['0', '64 MiB', '128 MiB', '192 MiB'],
    )
  })

  test('are there when all is 0, or not a number', () => {
    for (const max of [0, Number.NaN, Number.POSITIVE_INFINITY])
      assert.deepEqual(valueTicks(max, 'per_second'), [0, 1])
  })
})
