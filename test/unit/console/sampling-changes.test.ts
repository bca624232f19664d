import assert from 'node:assert/strict'
import { listChanges, markChanges } from '../../../src/console/model/sampling-changes.ts'
import { placePoints } from '../../../src/console/model/scatter-points.ts'
import { readTrace, type Trace } from '../../../src/wire/trace/trace.ts'
import { makeSpan } from '../../support/make-span.ts'
import { answered, NOW_US, SECOND_US, sampleReport } from '../../support/sample-report.ts'

const trace = (startUs: number): Trace => {
  const read = readTrace([makeSpan('a', 'orders', [startUs, 10])])
  assert.ok(read)
  return read
}
const change = (atUs: number, appId = 'orders', generation = 2) => ({ atUs, appId, generation })
const share = (us: number): number => us / 1000

describe('listChanges', () => {
  test('has one of each sidecar that answers, in order of time', () => {
    const report = sampleReport()
    const later = { ...report, appId: 'web' }
    const silent = { registration: answered(report).registration, error: 'no answer' }
    const configuration = { ...report.configuration, sinceUs: NOW_US - SECOND_US, generation: 9 }
    assert.deepEqual(
      listChanges([silent, answered({ ...later, configuration }), answered(report)]),
      [
        { appId: 'orders', generation: 3, atUs: NOW_US - 240 * SECOND_US },
        { appId: 'web', generation: 9, atUs: NOW_US - SECOND_US },
      ],
    )
  })
})

describe('markChanges', () => {
  test('has no mark of nothing', () => assert.deepEqual(markChanges([], share), []))

  test('gives what is near a line each and one label', () => {
    const [mark, ...others] = markChanges([change(100), change(101, 'web')], share)
    assert.deepEqual(others, [])
    assert.deepEqual(mark?.shares, [0.1, 0.101])
    assert.equal(mark?.label, '2 apps generation 2')
    assert.equal(mark?.appId, undefined)
    assert.equal(mark?.title.split('\n').length, 2)
  })

  test('labels what is far apart by itself, and turns the last where the right has no room', () => {
    const marks = markChanges([change(100, 'web', 1), change(500), change(950)], share)
    assert.deepEqual(
      marks.map(({ label, isTurned, appId }) => [label, isTurned, appId]),
      [
        ['web started', false, 'web'],
        ['orders generation 2', false, 'orders'],
        ['orders generation 2', true, 'orders'],
      ],
    )
  })

  test('keeps the label of a turned one away from the one before', () => {
    const marks = markChanges([change(600), change(950)], share)
    assert.deepEqual(
      marks.map(({ shares }) => shares),
      [[0.6, 0.95]],
    )
  })
})

describe('placePoints with changes of sampling', () => {
  const traces = [trace(1_000_000), trace(2_000_000)]

  test('marks those between the first and the last trace', () => {
    const [mark] = placePoints(traces, [change(1_500_000)]).marks
    assert.deepEqual(mark?.shares, [0.5])
  })

  test('reaches a little further for one that made an end of traces, inside the frame', () => {
    const { marks, points } = placePoints(traces, [change(2_300_000)])
    assert.equal(marks.length, 1)
    for (const x of [...points.map((point) => point.x), ...(marks[0]?.shares ?? [])])
      assert.ok(x >= 0 && x <= 1, String(x))
  })

  test('leaves those far away', () => {
    assert.deepEqual(placePoints(traces, [change(0), change(9_000_000)]).marks, [])
    assert.deepEqual(placePoints([], [change(1)]).marks, [])
  })
})
