import assert from 'node:assert/strict'
import { axisTicks, moveWindow, percent, zoomWindow } from '../../../src/console/model/axis.ts'
import { ROW_HEIGHT, scrollToRow, visibleRows } from '../../../src/console/model/visible-rows.ts'

describe('axisTicks', () => {
  test('marks round times', () => {
    assert.deepEqual(axisTicks({ fromUs: 0, toUs: 318_000 }, 6), [0, 100_000, 200_000, 300_000])
  })
  test('marks nothing in no time', () => {
    assert.deepEqual(axisTicks({ fromUs: 5, toUs: 5 }, 6), [])
  })
  test('never marks below a microsecond', () => {
    assert.deepEqual(axisTicks({ fromUs: 0, toUs: 2 }, 6), [0, 1, 2])
  })
})

describe('zoomWindow and moveWindow', () => {
  const all = { fromUs: 0, toUs: 1000 }
  test('zoom around the middle and never out of the trace', () => {
    assert.deepEqual(zoomWindow(all, 0.5, 1000), { fromUs: 250, toUs: 750 })
    assert.deepEqual(zoomWindow({ fromUs: 0, toUs: 400 }, 4, 1000), all)
  })
  test('stop at 10 µs', () => {
    const { fromUs, toUs } = zoomWindow({ fromUs: 500, toUs: 512 }, 0.1, 1000)
    assert.equal(toUs - fromUs, 10)
  })
  test('keep their width at the edge', () => {
    assert.deepEqual(moveWindow({ fromUs: 700, toUs: 900 }, 5, 1000), { fromUs: 800, toUs: 1000 })
  })
  test('a moment outside the window lies outside 0 to 100 percent', () => {
    assert.equal(percent(1500, all), 150)
  })
})

describe('visibleRows', () => {
  test('draws every row of a small trace', () => {
    assert.deepEqual(visibleRows(500, 4000, 600), { first: 0, end: 500 })
  })
  test('draws what can be seen of a large one, and a few more', () => {
    const { first, end } = visibleRows(10_000, 5000 * ROW_HEIGHT, 20 * ROW_HEIGHT)
    assert.ok(first > 4980 && first <= 5000)
    assert.ok(end >= 5020 && end <= 5040)
  })
  test('stays inside the list at its end', () => {
    assert.equal(visibleRows(501, 10 ** 9, 600).end, 501)
  })
})

describe('scrollToRow', () => {
  test('stays when the row can be seen', () => assert.equal(scrollToRow(3, 0, 600, 24), 0))
  test('goes up and down just far enough, with a row to spare', () => {
    assert.equal(scrollToRow(10, 1000, 600, 24), 9 * ROW_HEIGHT)
    assert.equal(scrollToRow(100, 0, 600, 24), 102 * ROW_HEIGHT - 576)
  })
})
