import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTokenBucket } from '../../../../src/telemetry/index.ts'

describe('createTokenBucket', () => {
  test('gives what it holds at once, then as it fills', () => {
    const bucket = createTokenBucket(2, 1_000)
    assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false])
    assert.deepEqual([bucket.take(499), bucket.take(500), bucket.take(500)], [false, true, false])
  })

  test('gathers a whole token when less than one comes in a period', () => {
    const bucket = createTokenBucket(0.5, 1_000)
    assert.deepEqual([bucket.take(0), bucket.take(1_999), bucket.take(2_000)], [true, false, true])
  })

  test('never gives more than one bucket beyond its rate, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { maxLength: 500 }),
        (perSecond, pauses) => {
          const bucket = createTokenBucket(perSecond, 1_000)
          let nowMs = 0
          let given = 0
          for (const pause of pauses) {
            nowMs += pause
            if (bucket.take(nowMs)) given++
            assert.ok(given <= perSecond + (nowMs / 1_000) * perSecond + 1e-6)
          }
        },
      ),
    )
  })
})
