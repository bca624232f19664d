import assert from 'node:assert/strict'
import { readTrace, type Trace } from '../../../../src/wire/trace/trace.ts'
import type { TraceNode } from '../../../../src/wire/trace/trace-tree.ts'
import type { ZipkinSpan } from '../../../../src/wire/zipkin-span.ts'
import { makeSpan, spanId, without } from '../../../support/make-span.ts'

const read = (...spans: ZipkinSpan[]): Trace => {
  const trace = readTrace(spans)
  assert.ok(trace)
  return trace
}
/** `a(b c(d))`: who stands under whom, by the last digits of the keys. */
const draw = (nodes: readonly TraceNode[]): string =>
  nodes
    .map(({ key, children }) => {
      const name = key.replace(/^0+/, '')
      return children.length === 0 ? name : `${name}(${draw(children)})`
    })
    .join(' ')

describe('readTrace', () => {
  test('has no trace for an empty list', () => assert.equal(readTrace([]), undefined))

  test('orders children by their start, whatever the order of arrival', () => {
    const { roots, depth } = read(
      makeSpan('d', 'orders', [40, 5], { parent: 'b' }),
      makeSpan('c', 'orders', [60, 10], { parent: 'a' }),
      makeSpan('a', 'storefront', [0, 100]),
      makeSpan('b', 'orders', [20, 30], { parent: 'a' }),
    )
    assert.equal(draw(roots), 'a(b(d) c)')
    assert.equal(depth, 3)
  })

  test('measures from the first start to the last end, also of work that outlives the root', () => {
    const trace = read(
      makeSpan('a', 'storefront', [1000, 50]),
      makeSpan('b', 'mail', [1040, 500], { parent: 'a', kind: 'CONSUMER' }),
    )
    assert.deepEqual([trace.startUs, trace.durationUs], [1000, 540])
  })

  test('keeps a span whose parent did not arrive, as a root that says so', () => {
    const { roots, main } = read(
      makeSpan('b', 'orders', [10, 5], { parent: 'a' }),
      makeSpan('c', 'orders', [12, 1], { parent: 'b' }),
    )
    assert.equal(draw(roots), 'b(c)')
    assert.deepEqual(main.orphan, { parentId: spanId('a'), why: 'missing' })
  })

  test('names the trace after a true root even when an orphan starts earlier', () => {
    const { main } = read(
      makeSpan('b', 'orders', [1, 5], { parent: 'f' }),
      makeSpan('a', 'storefront', [3, 9]),
    )
    assert.equal(main.service, 'storefront')
  })

  test('breaks a circle of parents at its earliest span and drops nothing', () => {
    const { roots, nodes } = read(
      makeSpan('a', 'orders', [10, 5], { parent: 'b' }),
      makeSpan('b', 'orders', [5, 5], { parent: 'a' }),
      makeSpan('c', 'orders', [1, 1], { parent: 'a' }),
    )
    assert.equal(nodes.length, 3)
    assert.equal(draw(roots), 'b(a(c))')
    assert.equal(roots[0]?.orphan?.why, 'loop')
  })

  test('puts the two halves of a shared id one under the other, with the server’s work below the server [b3]', () => {
    const { roots, nodes } = read(
      makeSpan('c', 'orders', [20, 10], { parent: 'a' }),
      makeSpan('a', 'orders', [10, 40], { kind: 'SERVER', shared: true }),
      makeSpan('a', 'storefront', [0, 60], { kind: 'CLIENT' }),
    )
    assert.equal(draw(roots), 'a(a~1(c))')
    assert.deepEqual(
      nodes.map(({ service }) => service),
      ['storefront', 'orders', 'orders'],
    )
  })

  test('pairs a server that forgot to say that it shares its client’s id [b3]', () => {
    const { roots } = read(
      makeSpan('a', 'orders', [10, 40], { kind: 'SERVER' }),
      makeSpan('a', 'storefront', [0, 60], { kind: 'CLIENT' }),
    )
    assert.equal(draw(roots), 'a(a~1)')
  })

  test('uses the parent id of a shared half whose client did not arrive [b3]', () => {
    const { roots } = read(
      makeSpan('a', 'storefront', [0, 60]),
      makeSpan('b', 'orders', [10, 40], { kind: 'SERVER', shared: true, parent: 'a' }),
    )
    assert.equal(draw(roots), 'a(b)')
  })

  test('puts a span together that was reported in pieces', () => {
    const whole = makeSpan('a', 'orders', [10, 40], { tags: { late: 'yes' } })
    const { nodes } = read(
      without(makeSpan('a', 'orders', [10, 0], { tags: { early: 'yes' } }), 'duration'),
      whole,
      whole,
    )
    assert.equal(nodes.length, 1)
    assert.equal(nodes[0]?.durationUs, 40)
    assert.deepEqual(nodes[0]?.span.tags, { early: 'yes', late: 'yes' })
  })

  test('stands a span without a timestamp at its parent’s start', () => {
    const { byKey, durationUs } = read(
      makeSpan('a', 'orders', [100, 40]),
      without(makeSpan('b', 'orders', [0, 0], { parent: 'a' }), 'timestamp', 'duration'),
    )
    assert.equal(byKey.get(spanId('b'))?.startUs, 100)
    assert.equal(durationUs, 40)
  })

  test('counts services, and errors by the error tag or OTel’s status', () => {
    const { services, errors } = read(
      makeSpan('a', 'orders', [0, 9]),
      makeSpan('b', 'orders', [1, 2], { parent: 'a', tags: { error: '' } }),
      makeSpan('c', 'redis', [4, 2], { parent: 'a', tags: { 'otel.status_code': 'ERROR' } }),
    )
    assert.deepEqual(services, [
      { service: 'orders', spans: 2 },
      { service: 'redis', spans: 1 },
    ])
    assert.deepEqual(
      errors.map(({ key }) => key),
      [spanId('b'), spanId('c')],
    )
  })

  test('reads a chain of 10 000 spans without running out of stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      makeSpan((i + 1).toString(16), 'orders', [i, 20_000 - 2 * i], {
        ...(i === 0 ? {} : { parent: i.toString(16) }),
      }),
    )
    assert.equal(read(...chain).depth, 10_000)
  })
})
