import assert from 'node:assert/strict'
import { extract, inject, NO_CONTEXT } from '../../../src/telemetry/index.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'
const W3C = `00-${T}-${P}-01`
const OTHER = '0af7651916cd43dd8448eb211c80319c'
const sampled = { traceId: T, spanId: P, flags: 1, traceState: undefined }

describe('extract', () => {
  test('finds nothing in nothing', () => {
    assert.equal(extract([]), NO_CONTEXT)
    assert.equal(extract(['Host', 'a', 'Accept', '*/*', 'X-Same-Size', 'b']), NO_CONTEXT)
  })

  test('finds the headers by name in any case, among others', () => {
    for (const name of ['traceparent', 'Traceparent', 'TraceParent', 'TRACEPARENT'])
      assert.deepEqual(extract(['Host', 'a', name, W3C, 'Accept', 'b']).parent, sampled)
  })

  test('does not take headers of the same length for it', () => {
    assert.equal(extract(['trace-paren', W3C]).parent, undefined)
    assert.equal(extract(['trace-parent', W3C]).parent, undefined)
  })

  test('restarts at a repeated traceparent, even if both agree [trace-context: traceparent-header]', () => {
    const twice = ['traceparent', W3C, 'tracestate', 'a=1', 'traceparent', W3C]
    assert.equal(extract(twice).parent, undefined)
  })

  test('keeps the parent when tracestate is malformed, without it [trace-context: tracestate-header]', () => {
    assert.deepEqual(extract(['traceparent', W3C, 'tracestate', 'A=1']).parent, sampled)
  })

  test('joins several tracestate and baggage lines, in order', () => {
    const { parent, baggage } = extract([
      ...['tracestate', 'b=2', 'baggage', 'x=1', 'traceparent', W3C],
      ...['tracestate', 'a=1', 'Baggage', 'y=2'],
    ])
    assert.deepEqual([parent?.traceState, baggage], ['b=2,a=1', 'x=1,y=2'])
  })

  test('drops a tracestate that comes without a valid traceparent [trace-context: tracestate-header]', () => {
    assert.equal(extract(['tracestate', 'a=1']).parent, undefined)
    assert.equal(extract(['tracestate', 'a=1', 'traceparent', 'bad']).parent, undefined)
  })

  test('reads baggage on its own, and says what is wrong with it', () => {
    assert.deepEqual(extract(['baggage', 'a=1']), { ...NO_CONTEXT, baggage: 'a=1' })
    const { baggage, baggageProblem } = extract(['traceparent', W3C, 'baggage', 'no pair'])
    assert.equal(baggage, undefined)
    assert.match(baggageProblem ?? '', /no pair/)
  })

  test('falls back to B3 in one header [b3: single header]', () => {
    assert.deepEqual(extract(['b3', `${T}-${P}-1`]).parent, sampled)
    assert.deepEqual(extract(['B3', `${T}-${P}-0`]).parent, { ...sampled, flags: 0 })
    assert.deepEqual(extract(['b3', `${T}-${P}-d`]).parent, sampled)
  })

  test('falls back to B3 in several headers [b3: multiple headers]', () => {
    const ids = ['X-B3-TraceId', T, 'X-B3-SpanId', P]
    assert.deepEqual(extract([...ids, 'X-B3-Sampled', '1']).parent, sampled)
    assert.deepEqual(extract([...ids, 'X-B3-Sampled', '0']).parent, { ...sampled, flags: 0 })
    assert.deepEqual(extract([...ids, 'X-B3-Flags', '1']).parent, sampled)
  })

  test('prefers the single B3 header, and traceparent to both', () => {
    const multi = ['X-B3-TraceId', OTHER, 'X-B3-SpanId', P, 'X-B3-Sampled', '0']
    const single = ['b3', `${T}-${P}-1`]
    assert.deepEqual(extract([...multi, ...single]).parent, sampled)
    assert.deepEqual(
      extract(['b3', `${OTHER}-${P}-0`, ...multi, 'traceparent', W3C]).parent,
      sampled,
    )
  })

  test('does not fall back to B3 from a traceparent that is invalid: the trace restarts', () => {
    assert.equal(extract(['traceparent', 'bad', 'b3', `${T}-${P}-1`]).parent, undefined)
  })

  test('takes a decision without ids along [b3: deny]', () => {
    assert.deepEqual(extract(['b3', '0']), { ...NO_CONTEXT, decided: false })
    assert.deepEqual(extract(['x-b3-sampled', '1']), { ...NO_CONTEXT, decided: true })
    assert.deepEqual(extract(['x-b3-flags', '1']), { ...NO_CONTEXT, decided: true })
  })

  test('starts a new trace for B3 ids without a decision', () => {
    assert.deepEqual(extract(['b3', `${T}-${P}`]), NO_CONTEXT)
  })

  test('reads baggage beside B3', () => {
    const incoming = extract(['b3', `${T}-${P}-1`, 'baggage', 'a=1'])
    assert.deepEqual([incoming.parent, incoming.baggage], [sampled, 'a=1'])
  })
})

describe('inject', () => {
  test('appends what is there and nothing else', () => {
    const headers = ['Host', 'a']
    inject(headers, sampled, undefined)
    assert.deepEqual(headers, ['Host', 'a', 'traceparent', W3C])
  })

  test('gives extract back what it was given', () => {
    const context = { ...sampled, flags: 3, traceState: 'a=1,b=2' }
    const headers: string[] = []
    inject(headers, context, 'x=1;p')
    const incoming = extract(headers)
    assert.deepEqual([incoming.parent, incoming.baggage], [context, 'x=1;p'])
  })
})
