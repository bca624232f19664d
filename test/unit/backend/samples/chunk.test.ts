import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  appendTo,
  createChunk,
  isFull,
  readChunk,
  seal,
} from '../../../../src/backend/samples/chunk.ts'

type Pair = readonly [timeMs: number, value: number]

function roundTrip(samples: readonly Pair[]): Pair[] {
  const chunk = createChunk()
  for (const [timeMs, value] of samples) appendTo(chunk, timeMs, value)
  const read: Pair[] = []
  readChunk(seal(chunk), (timeMs, value) => read.push([timeMs, value]))
  return read
}

const values = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 2 ** 50, -(2 ** 50), 2 ** 53, 0.1),
)
const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 41 }), values), {
  maxLength: 120,
})

describe('a chunk', () => {
  test('gives back what it was given, bit by bit of every number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 41), max: 2 ** 41 }), samples, (startMs, steps) => {
        let timeMs = startMs
        const given = steps.map(([step, value]): Pair => {
          timeMs += step
          return [timeMs, value]
        })
        assert.deepStrictEqual(roundTrip(given), given)
      }),
      { seed: 20_260_101, numRuns: 500 },
    )
  })

  test('tells its bounds', () => {
    const chunk = createChunk()
    assert.deepEqual([chunk.count, isFull(chunk)], [0, false])
    for (let i = 0; i < 120; i++) appendTo(chunk, 1_000 + i, i)
    assert.deepEqual(
      [chunk.startMs, chunk.endMs, chunk.count, isFull(chunk)],
      [1_000, 1_119, 120, true],
    )
  })

  test('takes 3 bytes for a counter that is scraped by a clock that jitters', () => {
    const chunk = createChunk()
    for (let i = 0; i < 120; i++)
      appendTo(chunk, 1_767_225_600_000 + i * 15_000 + ((i * 7) % 5), i * 9)
    const { bytes } = seal(chunk)
    assert.ok(bytes.length <= 3 * 120, `${bytes.length} bytes`)
  })
})
