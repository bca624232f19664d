import assert from 'node:assert/strict'
import { decodeLog, encodeLogEntry } from '../../../src/backend/store/disk/log-file.ts'

const entries = (...texts: string[]) =>
  Buffer.concat(texts.flatMap((text) => encodeLogEntry(Buffer.from(text))))
const read = (log: Buffer) => {
  const { bodies, wholeBytes, damagedBytes } = decodeLog(log)
  return { bodies: bodies.map(String), wholeBytes, damagedBytes }
}

describe('decodeLog', () => {
  test('passes over a damaged entry and keeps those behind it', () => {
    const log = entries('one', 'two', 'three')
    log[11 + 8] = 0
    assert.deepEqual(read(log), { bodies: ['one', 'three'], wholeBytes: 35, damagedBytes: 11 })
  })

  test('stops before an end that is no whole entry', () => {
    const whole = entries('one')
    for (const tail of [entries('two').subarray(0, 10), Buffer.alloc(20), Buffer.from([1])])
      assert.deepEqual(read(Buffer.concat([whole, tail])), {
        bodies: ['one'],
        wholeBytes: 11,
        damagedBytes: 0,
      })
  })
})
