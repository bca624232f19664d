import assert from 'node:assert/strict'
import { decodeLog, encodeLogEntry } from '../../../src/backend/store/disk/log-file.ts'

const ONE = '["one"]'
const TWO = '["two"]'
const THREE = '["three"]'
const HEADER_BYTES = 8
const entries = (...texts: string[]) =>
  Buffer.concat(texts.flatMap((text) => encodeLogEntry(Buffer.from(text))))
const read = (log: Buffer) => {
  const { bodies, ...rest } = decodeLog(log)
  return { bodies: bodies.map(String), ...rest }
}

describe('decodeLog', () => {
  test('passes over a damaged entry and keeps those behind it', () => {
    const log = entries(ONE, TWO, THREE)
    log[15 + HEADER_BYTES] = 0
    assert.deepEqual(read(log), {
      bodies: [ONE, THREE],
      wholeBytes: 47,
      damagedBytes: 15,
      mendedEntries: 0,
    })
  })

  for (const length of [0, 3, 8, 2 ** 20, 0xffff_ffff])
    for (const [which, at] of [
      ['first', 0],
      ['middle', 15],
      ['last', 30],
    ] as const)
      test(`reads all when the length of the ${which} entry says ${length}`, () => {
        const log = entries(ONE, TWO, THREE)
        log.writeUInt32LE(length, at)
        assert.deepEqual(read(log), {
          bodies: [ONE, TWO, THREE],
          wholeBytes: 47,
          damagedBytes: 0,
          mendedEntries: 1,
        })
      })

  test('finds what follows when length and body of an entry are damaged', () => {
    const log = entries(ONE, TWO, THREE)
    log.writeUInt32LE(2 ** 20, 15)
    log[15 + HEADER_BYTES] = 0
    assert.deepEqual(read(log).bodies, [ONE, THREE])
  })

  test('stops before an end that is no whole entry', () => {
    const whole = entries(ONE)
    for (const tail of [entries(TWO).subarray(0, 10), Buffer.alloc(20), Buffer.from([1])])
      assert.deepEqual(read(Buffer.concat([whole, tail])), {
        bodies: [ONE],
        wholeBytes: 15,
        damagedBytes: 0,
        mendedEntries: 0,
      })
  })
})
