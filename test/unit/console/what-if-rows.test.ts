import assert from 'node:assert/strict'
import {
  figureInWords,
  formatAmount,
  formatBytes,
  listWhatIfRows,
} from '../../../src/console/model/what-if-rows.ts'
import type { Figure, KeptFigures } from '../../../src/wire/what-if.ts'

const known = (value: number): Figure => ({ value, plusMinus: 0, isEstimate: false })
const share = (kept: number | undefined, of = 100) => ({
  kept,
  of: known(of),
  restsOn: of,
  isEstimate: false,
})
const figures = (traces: Figure, more: Partial<KeptFigures> = {}): KeptFigures => ({
  traces,
  all: share(traces.value / 100),
  errors: share(undefined, 0),
  slowest: share(1, 1),
  spansPerMinute: known(traces.value * 2),
  bytesPerMinute: known(traces.value * 1000),
  ...more,
})

describe('listWhatIfRows', () => {
  test('says each measure of today, of the new policy, and between', () => {
    const rows = listWhatIfRows({ today: figures(known(100)), next: figures(known(12)) })
    assert.deepEqual(
      rows.map(({ name, today, next, difference }) => [name, today, next, difference]),
      [
        ['Traces kept', '100', '12', '−88%'],
        ['Of all traces', '100% of 100', '12% of 100', '−88 points'],
        ['Of traces with errors', 'there were none', 'there were none', ''],
        ['Of the slowest 1%', '100% of 1', '100% of 1', 'same'],
        ['Spans a minute', '200', '24', '−88%'],
        ['Bytes a minute', '100 kB', '12 kB', '−88%'],
      ],
    )
    assert.ok(rows.every(({ isEstimate }) => !isEstimate))
  })

  test('says many times as much as times, and something after nothing', () => {
    const difference = (was: number, is: number) =>
      listWhatIfRows({ today: figures(known(was)), next: figures(known(is)) })[0]?.difference
    assert.equal(difference(10, 120), '× 12')
    assert.equal(difference(0, 5), 'from none')
    assert.equal(difference(0, 0), 'same')
    assert.equal(difference(3, 4), '+33%')
  })

  test('does not call an estimate what there was none of', () => {
    const errors = { ...share(undefined, 0), isEstimate: true }
    const next = figures({ value: 10, plusMinus: 3, isEstimate: true }, { errors })
    const [traces, , failed] = listWhatIfRows({ today: figures(known(100)), next })
    assert.equal(traces?.isEstimate, true)
    assert.equal(failed?.isEstimate, false)
  })
})

describe('figureInWords', () => {
  test('tells known, bounded and unbounded apart', () => {
    assert.equal(figureInWords(known(1204)), '1,204')
    assert.equal(figureInWords({ value: 76.23, plusMinus: 8.734, isEstimate: true }), '76.2 ± 8.7')
    assert.equal(figureInWords({ value: 3, plusMinus: 0, isEstimate: true }), 'about 3')
  })
})

describe('formatBytes and formatAmount', () => {
  test('use three digits and the unit that fits', () => {
    assert.deepEqual([0, 312, 999, 1000, 4_312_345, 2e15].map(formatBytes), [
      '0 B',
      '312 B',
      '999 B',
      '1 kB',
      '4.31 MB',
      '2,000 TB',
    ])
    assert.deepEqual([0, 0.01234, 4.312, 123_456].map(formatAmount), [
      '0',
      '0.0123',
      '4.31',
      '123,456',
    ])
  })
})
