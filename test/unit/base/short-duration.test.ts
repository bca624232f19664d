import assert from 'node:assert/strict'
import { formatDuration, parseDuration } from '../../../src/base/short-duration.ts'

describe('parseDuration', () => {
  for (const [text, us] of [
    ['10ms', 10_000],
    ['1.5s', 1_500_000],
    ['250', 250],
    ['250us', 250],
    ['3µs', 3],
    [' 2 m ', 120_000_000],
    ['1h', 3_600_000_000],
    ['.5ms', 500],
  ] as const)
    test(`reads ${JSON.stringify(text)} as ${us} µs`, () => {
      assert.deepEqual(parseDuration(text), { ok: true, value: us })
    })

  for (const text of ['', 'ms', '10 parsecs', '-5ms', '1e3', '0', '0.2us', '5 5ms'])
    test(`refuses ${JSON.stringify(text)} with a cure`, () => {
      const parsed = parseDuration(text)
      assert.ok(!parsed.ok)
      assert.match(parsed.error, /10ms|1µs/)
    })
})

describe('formatDuration', () => {
  for (const [us, text] of [
    [0, '0µs'],
    [1, '1µs'],
    [999, '999µs'],
    [1000, '1ms'],
    [4312, '4.31ms'],
    [318_000, '318ms'],
    [999_600, '1s'],
    [1_500_000, '1.5s'],
    [59_900_000, '59.9s'],
    [59_960_000, '1m'],
    [125_000_000, '2m 5s'],
    [3_720_000_000, '1h 2m'],
    [90_000_000_000, '1d 1h'],
    [-2500, '-2.5ms'],
  ] as const)
    test(`writes ${us} µs as ${text}`, () => assert.equal(formatDuration(us), text))
})
