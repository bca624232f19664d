import assert from 'node:assert/strict'
import { findSpans } from '../../../src/console/model/find-spans.ts'
import { linesAbove, pickFirstSpan, stepThrough } from '../../../src/console/model/pick-span.ts'
import { foldableKeys, layoutRows } from '../../../src/console/model/trace-rows.ts'
import { readTrace } from '../../../src/wire/trace/trace.ts'
import { makeSpan, spanId } from '../../support/make-span.ts'

const trace = readTrace([
  makeSpan('a', 'storefront', [0, 100], { name: 'checkout' }),
  makeSpan('b', 'orders', [10, 60], { parent: 'a', tags: { error: 'no stock' } }),
  makeSpan('c', 'inventory', [20, 10], { parent: 'b', tags: { error: 'sku lamp-07 is gone' } }),
  makeSpan('d', 'orders', [80, 10], {
    parent: 'a',
    annotations: [{ timestamp: 81, value: 'Hit' }],
  }),
  makeSpan('e', 'mail', [85, 10], { parent: 'f' }),
  makeSpan('1', 'mail', [90, 10], { parent: 'f' }),
])
assert.ok(trace)

const keysOf = (folded: string[] = []): string[] =>
  layoutRows(trace, new Set(folded)).map(({ key }) => key.replace(/0+(?=.$)/, ''))

describe('layoutRows', () => {
  test('lists spans depth first, and orphans of one parent under a line for it', () => {
    assert.deepEqual(keysOf(), ['a', 'b', 'c', 'd', 'missing:f', 'e', '1'])
  })

  test('hides what a folded line holds and counts it', () => {
    assert.deepEqual(keysOf([spanId('b')]), ['a', 'b', 'd', 'missing:f', 'e', '1'])
    const [row] = layoutRows(trace, new Set([spanId('a')]))
    assert.deepEqual([row?.isFolded, row?.hiddenCount], [true, 3])
  })

  test('says at which levels a line runs on', () => {
    const rows = layoutRows(trace, new Set())
    assert.deepEqual(
      rows.slice(0, 4).map(({ rails }) => rails),
      [[], [true], [true, false], [false]],
    )
  })

  test('names all lines that can be folded', () => {
    assert.deepEqual(foldableKeys(trace), [`missing:${spanId('f')}`, spanId('a'), spanId('b')])
  })
})

describe('pickFirstSpan', () => {
  test('opens a trace where its trouble began', () => {
    assert.equal(pickFirstSpan(trace).key, spanId('c'))
  })

  test('opens a trace without errors at its root', () => {
    const calm = readTrace([makeSpan('a', 'orders', [0, 9])])
    assert.equal(calm && pickFirstSpan(calm).key, spanId('a'))
  })
})

describe('linesAbove', () => {
  test('names the spans above, and the line of a missing parent', () => {
    const [c, e] = ['c', 'e'].map((name) => trace.byKey.get(spanId(name)))
    assert.deepEqual(c && linesAbove(c), [spanId('b'), spanId('a')])
    assert.deepEqual(e && linesAbove(e), [`missing:${spanId('f')}`])
  })
})

describe('findSpans', () => {
  for (const [text, names] of [
    ['', []],
    ['checkout', ['a']],
    ['ORDERS', ['b', 'd']],
    ['error lamp', ['c']],
    ['error=no', ['b']],
    ['hit', ['d']],
    [spanId('e'), ['e']],
    ['nowhere', []],
  ] as const)
    test(`finds ${names.length} for ${JSON.stringify(text)}`, () => {
      assert.deepEqual(findSpans(trace, text), names.map(spanId))
    })
})

describe('stepThrough', () => {
  const matches = ['b', 'd'].map(spanId)
  test('goes to the next match in the order of the lines', () => {
    assert.equal(stepThrough(trace, matches, spanId('c'), 1), spanId('d'))
  })
  test('goes round the end, both ways', () => {
    assert.equal(stepThrough(trace, matches, spanId('d'), 1), spanId('b'))
    assert.equal(stepThrough(trace, matches, spanId('a'), -1), spanId('d'))
  })
  test('goes nowhere without a match', () => {
    assert.equal(stepThrough(trace, [], spanId('a'), 1), undefined)
  })
})
