import assert from 'node:assert/strict'
import { readRawHeaders, readTraceContext } from '../../../../src/middleware/carry/trace-context.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('readTraceContext', () => {
  test('takes what is there, word for word', () => {
    const all = { traceparent: TRACEPARENT, tracestate: 'a=1,b=2', baggage: 'user=7;secret' }
    assert.deepEqual(readTraceContext({ ...all, other: 'x' }), all)
    assert.deepEqual(readTraceContext({ traceparent: TRACEPARENT }), { traceparent: TRACEPARENT })
    assert.deepEqual(
      readRawHeaders([
        'TraceParent',
        TRACEPARENT,
        'tracestate',
        'a=1',
        'x',
        'y',
        'tracestate',
        'b=2',
      ]),
      { traceparent: TRACEPARENT, tracestate: 'a=1,b=2' },
    )
  })

  test('drops a malformed traceparent with its tracestate, and keeps the baggage', () => {
    for (const traceparent of [
      ...['', 'x', `${TRACEPARENT}, ${TRACEPARENT}`, TRACEPARENT.toUpperCase()],
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    ])
      assert.deepEqual(readTraceContext({ traceparent, tracestate: 'a=1', baggage: 'b=2' }), {
        baggage: 'b=2',
      })
  })

  test('takes two lines of traceparent for none', () => {
    const twice = ['traceparent', TRACEPARENT, 'traceparent', TRACEPARENT, 'tracestate', 'a=1']
    assert.equal(readRawHeaders(twice), undefined)
    assert.deepEqual(readRawHeaders([...twice, 'Baggage', 'a=1']), { baggage: 'a=1' })
  })

  test('has none where nothing is worth handing on', () => {
    assert.equal(readTraceContext({}), undefined)
    assert.equal(readTraceContext({ tracestate: 'a=1' }), undefined)
    for (const baggage of ['a=1\r\nx: y', 'a=\u{1f600}', 'a=\0'])
      assert.equal(readTraceContext({ baggage }), undefined)
    assert.equal(readTraceContext({ baggage: 'b'.repeat(8_193) }), undefined)
    assert.deepEqual(
      readTraceContext({ traceparent: TRACEPARENT, tracestate: 'a'.repeat(4_097) }),
      {
        traceparent: TRACEPARENT,
      },
    )
  })
})
