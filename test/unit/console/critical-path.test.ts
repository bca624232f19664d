import assert from 'node:assert/strict'
import { findCriticalPath } from '../../../src/console/model/critical-path.ts'
import { selfTimeUs } from '../../../src/console/model/self-time.ts'
import { readTrace } from '../../../src/wire/trace/trace.ts'
import type { ZipkinSpan } from '../../../src/wire/zipkin-span.ts'
import { makeSpan, spanId } from '../../support/make-span.ts'

function pathOf(...spans: ZipkinSpan[]): Record<string, [number, number][]> {
  const trace = readTrace(spans)
  assert.ok(trace)
  return Object.fromEntries(
    [...findCriticalPath(trace.roots)].map(([key, segments]) => [
      key.replace(/^0+/, ''),
      segments.map(({ startUs, endUs }): [number, number] => [startUs, endUs]),
    ]),
  )
}

describe('findCriticalPath', () => {
  test('gives a lone span all of its time', () => {
    assert.deepEqual(pathOf(makeSpan('a', 'orders', [0, 10])), { a: [[0, 10]] })
  })

  test('follows children that ran one after the other', () => {
    const path = pathOf(
      makeSpan('a', 'orders', [0, 100]),
      makeSpan('b', 'redis', [10, 20], { parent: 'a' }),
      makeSpan('c', 'redis', [50, 40], { parent: 'a' }),
    )
    assert.deepEqual(path, {
      a: [
        [0, 10],
        [30, 50],
        [90, 100],
      ],
      b: [[10, 30]],
      c: [[50, 90]],
    })
  })

  test('leaves out the shorter of two children that ran at once', () => {
    const path = pathOf(
      makeSpan('a', 'orders', [0, 100]),
      makeSpan('b', 'redis', [10, 80], { parent: 'a' }),
      makeSpan('c', 'redis', [10, 30], { parent: 'a' }),
    )
    assert.deepEqual(Object.keys(path).sort(), ['a', 'b'])
  })

  test('follows work that outlives its parent, since the trace ends with it', () => {
    const path = pathOf(
      makeSpan('a', 'orders', [0, 50]),
      makeSpan('b', 'mail', [40, 100], { parent: 'a', kind: 'CONSUMER' }),
    )
    assert.deepEqual(path, { a: [[0, 40]], b: [[40, 140]] })
  })

  test('takes the root that ends last', () => {
    const path = pathOf(
      makeSpan('a', 'orders', [0, 50]),
      makeSpan('b', 'orders', [20, 90], { parent: 'f' }),
    )
    assert.deepEqual(path, { b: [[20, 110]] })
  })

  test('covers the whole of a trace without gaps', () => {
    const path = pathOf(
      makeSpan('a', 'storefront', [0, 200], { kind: 'CLIENT' }),
      makeSpan('b', 'orders', [10, 180], { kind: 'SERVER', parent: 'a' }),
      makeSpan('c', 'orders', [30, 50], { kind: 'CLIENT', parent: 'b' }),
      makeSpan('d', 'inventory', [35, 40], { kind: 'SERVER', parent: 'c' }),
      makeSpan('e', 'orders', [60, 100], { kind: 'CLIENT', parent: 'b' }),
    )
    const covered = Object.values(path)
      .flat()
      .reduce((sum, [from, to]) => sum + to - from, 0)
    assert.equal(covered, 200)
  })
})

describe('selfTimeUs', () => {
  const selfOf = (...spans: ZipkinSpan[]): number | undefined => {
    const node = readTrace(spans)?.byKey.get(spanId('a'))
    return node === undefined ? undefined : selfTimeUs(node)
  }

  test('is the duration of a span without children', () => {
    assert.equal(selfOf(makeSpan('a', 'orders', [0, 10])), 10)
  })

  test('counts time that several children share once', () => {
    const spans = [
      makeSpan('a', 'orders', [0, 100]),
      makeSpan('b', 'redis', [10, 40], { parent: 'a' }),
      makeSpan('c', 'redis', [30, 40], { parent: 'a' }),
    ]
    assert.equal(selfOf(...spans), 40)
  })

  test('ignores the part of a child that outlives the span', () => {
    const late = makeSpan('b', 'mail', [90, 400], { parent: 'a' })
    assert.equal(selfOf(makeSpan('a', 'orders', [0, 100]), late), 90)
  })
})
