import assert from 'node:assert/strict'
import { placePoints } from '../../../src/console/model/scatter-points.ts'
import { sortTraces } from '../../../src/console/model/sort-traces.ts'
import { readTrace, type Trace } from '../../../src/wire/trace/trace.ts'
import { makeSpan } from '../../support/make-span.ts'

const trace = (startUs: number, durationUs: number, tags = {}): Trace => {
  const read = readTrace([makeSpan('a', 'orders', [startUs, durationUs], { tags })])
  assert.ok(read)
  return read
}

describe('placePoints', () => {
  test('draws nothing of nothing', () => {
    assert.deepEqual(placePoints([]), { points: [], xTicks: [], yTicks: [], marks: [] })
  })
  test('keeps every point inside the frame, also of durations far apart', () => {
    for (const traces of [
      [trace(1000, 10)],
      [trace(1000, 10), trace(1000, 10)],
      [trace(1000, 1), trace(5000, 40_000_000)],
      [trace(1000, 90), trace(1010, 100)],
    ])
      for (const { x, y } of placePoints(traces).points) {
        assert.ok(x >= 0 && x <= 1, String(x))
        assert.ok(y >= 0 && y <= 1, String(y))
      }
  })
  test('puts later traces right and longer ones higher', () => {
    const [a, b] = placePoints([trace(1000, 10), trace(2000, 20)]).points
    assert.ok(a && b && a.x < b.x && a.y < b.y)
  })
})

describe('sortTraces', () => {
  const early = trace(1000, 50)
  const late = trace(3000, 10)
  const failed = trace(2000, 20, { error: 'x' })
  for (const [sort, expected] of [
    ['newest', [late, failed, early]],
    ['longest', [early, failed, late]],
    ['errors', [failed, late, early]],
    ['spans', [late, failed, early]],
  ] as const)
    test(`puts ${sort} first, and equals newest first`, () => {
      assert.deepEqual(sortTraces([early, failed, late], sort), expected)
    })
})
