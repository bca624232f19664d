import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MAX_OPERATIONS } from '../../../../src/telemetry/sampling/operation-table.ts'
import { rule, startSampler } from './start-sampler.ts'

/** Asks `count` times in one second, evenly, and says how many were kept. */
function second(
  { clock, decide }: ReturnType<typeof startSampler>,
  counts: Readonly<Record<string, number>>,
): Record<string, number> {
  const kept: Record<string, number> = {}
  const asks = Object.entries(counts).flatMap(([path, count]) =>
    Array.from({ length: count }, (_, i) => ({ path, atMs: (i * 1_000) / count })),
  )
  let nowMs = 0
  for (const { path, atMs } of asks.sort((a, b) => a.atMs - b.atMs)) {
    clock.advance(atMs - nowMs)
    nowMs = atMs
    if (decide({ operation: { path } })?.sampled) kept[path] = (kept[path] ?? 0) + 1
  }
  clock.advance(1_000 - nowMs)
  return kept
}

describe('perSecond of a rule', () => {
  test('keeps all while there are few, and about so many when there are many', () => {
    const started = startSampler({ rules: [rule('busy', { perSecond: 20 })] })
    assert.deepEqual(second(started, { '/a': 15 }), { '/a': 15 })
    second(started, { '/a': 2_000 })
    const kept = second(started, { '/a': 2_000 })['/a'] ?? 0
    assert.ok(kept <= 41, String(kept))
    assert.ok(kept >= 1, String(kept))
  })

  test('lowers the threshold, so that a kept trace says how many it stands for', () => {
    const started = startSampler({ rules: [rule('busy', { perSecond: 50 })] })
    second(started, { '/a': 1_000 })
    started.clock.advance(1)
    const decisions = Array.from({ length: 1_000 }, () => started.decide())
    const threshold = decisions.find((each) => each?.sampled)?.threshold
    assert.ok(threshold !== undefined)
    const rate = 1 - Number.parseInt(threshold, 16) / 2 ** 56
    assert.ok(Math.abs(rate - 0.05) < 0.001, String(rate))
  })

  test('never gives more than one bucket beyond its rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }),
        (perSecond, pauses) => {
          const { clock, decide } = startSampler({ rules: [rule('busy', { perSecond })] })
          let kept = 0
          for (const pause of pauses) {
            clock.advance(pause)
            if (decide()?.sampled) kept++
            assert.ok(kept <= perSecond + (clock.elapsedMs() / 1_000) * perSecond + 1e-6)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('limit', () => {
  test('is not spent by one loud operation: the quiet ones get all they want', () => {
    const started = startSampler({ limitPerSecond: 40 }, 1)
    const load = { '/loud': 1_000, '/quiet': 5, '/calm': 8 }
    for (let i = 0; i < 5; i++) {
      const kept = second(started, load)
      if (i === 0) continue
      assert.deepEqual([kept['/quiet'], kept['/calm']], [5, 8], `second ${i}`)
    }
  })

  test('leaves room for others in the first second already', () => {
    const started = startSampler({ limitPerSecond: 40 }, 1)
    for (let i = 0; i < 1_000; i++) started.decide({ operation: { path: '/loud' } })
    const quiet = Array.from({ length: 5 }, () =>
      started.verdict({ operation: { path: '/quiet' } }),
    )
    assert.deepEqual(quiet, Array(5).fill('kept by rate'))
  })

  test('gives two loud operations about the same', () => {
    const started = startSampler({ limitPerSecond: 100 }, 1)
    let a = 0
    let b = 0
    for (let i = 0; i < 20; i++) {
      const kept = second(started, { '/a': 1_000, '/b': 300 })
      a += kept['/a'] ?? 0
      b += kept['/b'] ?? 0
    }
    assert.ok(a / b > 0.6 && a / b < 1.7, `${a} to ${b}`)
  })

  test('caps rules and rate alike, and never gives more than one bucket beyond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5 })), {
          maxLength: 300,
        }),
        (limitPerSecond, asks) => {
          const { clock, decide } = startSampler(
            { limitPerSecond, floorPerMinute: 3, rules: [rule('one', { match: { path: '/1' } })] },
            0.5,
          )
          let kept = 0
          for (const [pause, path] of asks) {
            clock.advance(pause)
            if (decide({ operation: { path: `/${path}` } })?.sampled) kept++
            const most = limitPerSecond + (clock.elapsedMs() / 1_000) * limitPerSecond
            assert.ok(kept <= most + 1e-6, `${kept} of ${most}`)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('10 000 operations', () => {
  test('are decided by the same rules in bounded memory', () => {
    const { verdict, sampler } = startSampler({
      rules: [rule('even', { match: { path: '*0' } })],
    })
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 10_000; i++) {
        const expected = i % 10 === 0 ? 'kept by even' : 'left by rate'
        assert.equal(verdict({ operation: { path: `/p/${i}` } }), expected)
      }
    assert.ok(sampler.operations().length <= 2 * MAX_OPERATIONS)
  })

  test('do not make a busy one forget its budget', () => {
    const { verdict } = startSampler({ floorPerMinute: 1 })
    assert.equal(verdict({ operation: { path: '/busy' } }), 'kept by floor')
    for (let i = 0; i < 10_000; i++) {
      verdict({ operation: { path: `/p/${i}` } })
      if (i % 100 === 0) assert.equal(verdict({ operation: { path: '/busy' } }), 'left by rate')
    }
  })
})
