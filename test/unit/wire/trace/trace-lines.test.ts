import assert from 'node:assert/strict'
import { createPaint } from '../../../../src/base/paint.ts'
import { readTrace } from '../../../../src/wire/trace/trace.ts'
import { traceTable, traceTreeLines } from '../../../../src/wire/trace/trace-lines.ts'
import type { ZipkinSpan } from '../../../../src/wire/zipkin-span.ts'
import { makeSpan, TRACE_ID } from '../../../support/make-span.ts'

const read = (...spans: readonly ZipkinSpan[]) => {
  const trace = readTrace(spans)
  assert.ok(trace)
  return trace
}
const AT = 1_767_225_600_000_000
const shop = read(
  makeSpan('a', 'storefront', [AT, 100_000]),
  makeSpan('b', 'orders', [AT + 20_000, 60_000], { parent: 'a' }),
  makeSpan('c', 'stock', [AT + 30_000, 10_000], {
    parent: 'b',
    tags: { error: 'sold\u001b[2J out' },
  }),
  makeSpan('d', 'orders', [AT + 50_000, 20_000], { parent: 'b', name: 'n'.repeat(300) }),
  makeSpan('e', 'mail', [AT + 90_000, 10_000], { parent: 'a' }),
  makeSpan('f', 'lost', [AT + 95_000, 1_000], { parent: '9' }),
)
const plain = createPaint(false)

describe('traceTreeLines', () => {
  test('shows who called whom, when, and what failed', () => {
    const [head, empty, ...lines] = traceTreeLines(shop, 100, plain)
    assert.match(head ?? '', new RegExp(`^${TRACE_ID}  2.* 100ms  6 spans  5 services  1 error$`))
    assert.equal(empty, '')
    assert.deepEqual(
      lines.map((line) => line.slice(0, 24).trimEnd()),
      [
        'storefront: work a',
        '├ orders: work b',
        '│ ├ stock: work c',
        '│ └ orders: nnnnnnnnnnnn',
        '└ mail: work e',
        'lost: work f (its parent',
      ],
    )
    const bars = lines.map((line) => line.indexOf('█'))
    assert.ok((bars[1] ?? 0) > (bars[0] ?? 0), 'a later span stands further to the right')
    assert.match(lines[2] ?? '', /✘ sold \[2J out$/)
  })

  test('keeps to the width, and to what a terminal shows', () => {
    for (const width of [60, 80, 120, 250])
      for (const line of traceTreeLines(shop, width, plain).slice(1)) {
        assert.ok(line.length <= width, `${width}: ${line.length} ${line}`)
        assert.doesNotMatch(line, /\p{Cc}/u)
      }
  })

  test('paints failures where there are colors', () => {
    const lines = traceTreeLines(shop, 100, createPaint(true))
    assert.equal(lines.filter((line) => line.includes('\u001b[31m')).length, 2)
  })
})

describe('traceTable', () => {
  test('keeps to the width and never cuts the id', () => {
    for (const width of [80, 100, 120, 200]) {
      const { head, row } = traceTable(width)
      assert.ok(head.length <= width)
      assert.ok(row(shop).length <= width, String(width))
      assert.ok(row(shop).endsWith(TRACE_ID))
      assert.equal(head.indexOf('TRACE ID'), row(shop).indexOf(TRACE_ID))
    }
  })

  test('leaves columns out where there is no room', () => {
    assert.match(
      traceTable(200).head,
      /^STARTED +DURATION +SPANS +ERRORS +ROOT +SERVICES +TRACE ID$/,
    )
    assert.match(traceTable(80).head, /^STARTED +DURATION +SPANS +ROOT +TRACE ID$/)
    assert.match(traceTable(200).row(shop), /orders, lost, mail \+2/)
  })
})
