import assert from 'node:assert/strict'
import { parseDurationMs } from '../../../src/base/duration.ts'

describe('parseDurationMs [go: time.ParseDuration]', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
    ['1m1s1ms', 61_001],
    ['10us', 0.01],
    ['10µs', 0.01],
    ['168h', 604_800_000],
  ] as const)
    test(`reads ${text}`, () => assert.equal(parseDurationMs(text), ms))

  for (const text of ['', '5', '-5s', '5 s', 's', '1h30', '1d', '.5s', '5S', '1s ', 'constructor'])
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDurationMs(text), undefined))
})
