import assert from 'node:assert/strict'
import { LENGTHS_MS, timeTicks, windowOf } from '../../../src/console/model/series.ts'

describe('timeTicks', () => {
  test('are whole minutes inside of the window, two at least and six at most', () => {
    for (const lengthMs of Object.values(LENGTHS_MS))
      for (let nowMs = 1_767_225_600_000; nowMs < 1_767_225_900_000; nowMs += 7_000) {
        const window = windowOf(lengthMs, nowMs)
        const ticks = timeTicks(window)
        assert.ok(ticks.length >= 2 && ticks.length <= 6, `${ticks.length} in ${lengthMs} ms`)
        for (const tick of ticks)
          assert.ok(tick % 60_000 === 0 && tick > window.fromMs && tick < window.toMs)
      }
  })
})
