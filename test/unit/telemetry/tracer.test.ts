import assert from 'node:assert/strict'
import { createFakeClock, FAKE_START_US } from '../../../src/base/fake-clock.ts'
import type { IdSource } from '../../../src/base/ids.ts'
import {
  createOperation,
  createSampler,
  createTracer,
  type Decision,
  type Incoming,
  NO_CONTEXT,
  type SpanContext,
  type SpanKind,
  type SpanRecord,
  type SpanStart,
} from '../../../src/telemetry/index.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'

function countedIds(): IdSource {
  let n = 0
  return {
    traceId: () => (++n).toString(16).padStart(32, '0'),
    spanId: () => (++n).toString(16).padStart(16, '0'),
  }
}

function open(rate: number, enabled = true) {
  const clock = createFakeClock()
  const ended: SpanRecord[] = []
  const started: Decision[] = []
  const recorded: SpanRecord[] = []
  const tracer = createTracer({
    sampler: createSampler(() => ({ enabled, rate, rules: undefined }), clock),
    ids: countedIds(),
    clock,
    onEnd: (span) => ended.push(span) > 0,
    onStart: (decision) => started.push(decision),
    onRecord: (span) => recorded.push(span),
  })
  return { clock, ended, started, recorded, tracer }
}

const start = (incoming: Incoming, name: string, kind: SpanKind): SpanStart => ({
  incoming,
  name,
  kind,
  headers: [],
  isFromPeer: false,
  operation: createOperation(),
})
const from = (flags: number, traceState?: string) => ({
  ...NO_CONTEXT,
  parent: { traceId: T, spanId: P, flags, traceState } satisfies SpanContext,
})

describe('createTracer', () => {
  test('starts nothing while tracing is off', () => {
    const { tracer, started } = open(1, false)
    assert.equal(tracer.start(start(from(1), 'a', 'CLIENT')), undefined)
    assert.deepEqual(started, [])
  })

  test('starts a trace with ids of its own when nothing came', () => {
    const { tracer, started } = open(1)
    const span = tracer.start(start(NO_CONTEXT, 'a', 'CLIENT'))
    assert.deepEqual(span?.context, {
      traceId: '1'.padStart(32, '0'),
      spanId: '2'.padStart(16, '0'),
      flags: 1,
      traceState: undefined,
    })
    assert.equal(span?.parentId, undefined)
    assert.deepEqual(started, [{ sampled: true, rule: 'rate', threshold: undefined }])
  })

  test('continues a trace: its id, its tracestate, its sender as the parent, a span id of its own', () => {
    const { tracer } = open(0)
    const span = tracer.start(start(from(1, 'rojo=1'), 'a', 'SERVER'))
    assert.deepEqual(span?.context, {
      traceId: T,
      spanId: '1'.padStart(16, '0'),
      flags: 1,
      traceState: 'rojo=1',
    })
    assert.deepEqual([span?.parentId, span?.kind, span?.name], [P, 'SERVER', 'a'])
  })

  test('keeps the random flag and sets the sampled one by the decision [trace-context-2: trace-flags]', () => {
    const { tracer } = open(1)
    const flags = [0, 1, 2, 3].map(
      (sent) => tracer.start(start(from(sent), 'a', 'CLIENT'))?.context.flags,
    )
    assert.deepEqual(flags, [0, 1, 2, 3])
    // An id that is not random by the letter of level 2 claims nothing.
    assert.equal(tracer.start(start(NO_CONTEXT, 'a', 'CLIENT'))?.context.flags, 1)
  })

  test('carries an unsampled trace on without recording it', () => {
    const { tracer, ended, started } = open(1)
    const span = tracer.start(start(from(0), 'a', 'CLIENT'))
    span?.set('key', 'value')
    span?.event('event')
    span?.fail('failure')
    span?.end()
    assert.equal(span?.recorded, false)
    assert.deepEqual([span?.attributes, span?.events, span?.error], [[], [], undefined])
    assert.deepEqual(ended, [])
    assert.deepEqual(started, [{ sampled: false, rule: 'parent', threshold: undefined }])
  })
})

describe('child', () => {
  test('stands below its parent, by the same decision, and is told like it', () => {
    const { tracer, ended, started, recorded } = open(1)
    const parent = tracer.start(start(from(1, 'a=1'), 'parent', 'CLIENT'))
    const child = tracer.child(parent, 'child', 'CLIENT')
    assert.ok(parent && child)
    assert.deepEqual(
      [child.context.traceId, child.parentId, child.context.flags, child.context.traceState],
      [T, parent.context.spanId, 1, 'a=1'],
    )
    assert.notEqual(child.context.spanId, parent.context.spanId)
    child.end()
    assert.deepEqual([recorded, ended], [[parent, child], [child]])
    assert.equal(started.length, 1, 'one decision')
  })

  test('is none below what is not recorded', () => {
    const { tracer } = open(0)
    assert.equal(
      tracer.child(tracer.start(start(from(0), 'a', 'CLIENT')), 'b', 'CLIENT'),
      undefined,
    )
    assert.equal(tracer.child(undefined, 'b', 'CLIENT'), undefined)
  })
})

describe('Span', () => {
  const begin = (rate = 1) => {
    const opened = open(rate)
    const span = opened.tracer.start(start(NO_CONTEXT, 'a', 'CLIENT'))
    assert.ok(span)
    return { ...opened, span }
  }

  test('is handed on once, when it ends', () => {
    const { span, ended } = begin()
    assert.deepEqual(ended, [])
    span.end()
    span.end()
    assert.deepEqual(ended, [span])
  })

  test('lasts by the monotonic clock, whatever is done to the wall clock', () => {
    const { clock, span } = begin()
    clock.setWallClock(5)
    clock.advance(1.5)
    span.end()
    assert.deepEqual([span.startUs, span.durationUs], [FAKE_START_US, 1500])
  })

  test('lasts at least a microsecond, in whole ones', () => {
    for (const [ms, us] of [
      [0, 1],
      [0.0004, 1],
      [0.0026, 3],
    ] as const) {
      const { clock, span } = begin()
      clock.advance(ms)
      span.end()
      assert.equal(span.durationUs, us)
    }
  })

  test('leaves empty values out', () => {
    const { span } = begin()
    span.set('a', '')
    span.set('b', undefined)
    span.set('c', '0')
    assert.deepEqual(span.attributes, ['c', '0'])
  })

  test('keeps the first failure', () => {
    const { span } = begin()
    span.fail('first')
    span.fail('second')
    assert.equal(span.error, 'first')
  })

  test('stamps events with the wall clock', () => {
    const { clock, span } = begin()
    clock.advance(2)
    span.event('retry')
    assert.deepEqual(span.events, [{ timeUs: FAKE_START_US + 2000, name: 'retry' }])
  })

  test('shares nothing with the next one', () => {
    const { tracer, span } = begin()
    span.set('a', '1')
    span.event('e')
    const other = tracer.start(start(NO_CONTEXT, 'b', 'CLIENT'))
    assert.deepEqual([other?.attributes, other?.events], [[], []])
  })
})
