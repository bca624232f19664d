import assert from 'node:assert/strict'
import { createLogger, formatJson } from '../../../src/base/logger.ts'
import { type Exchange, rescue } from '../../../src/net/index.ts'
import type { SpanContext } from '../../../src/telemetry/index.ts'

const BUG = { status: 500, headers: [], body: 'internal error' }

/** The line that a bug leaves, amid a request with this span. */
function lineOf(context: SpanContext | undefined): Record<string, unknown> {
  const lines: string[] = []
  const log = createLogger({
    level: 'info',
    format: formatJson,
    fields: {},
    write: (line) => lines.push(line),
    nowUs: () => 0,
  })
  const x = { ...(context && { span: { context } }) } as unknown as Exchange
  const step = rescue(log, () => undefined, BUG)
  assert.equal(step.rescue?.(x, new Error('planned')), BUG)
  return JSON.parse(lines[0] ?? '')
}

describe('rescue', () => {
  test('says of a bug where it is, and in which trace [otel: logging_trace_context]', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const spanId = '00f067aa0ba902b7'
    const line = lineOf({ traceId, spanId, flags: 1, traceState: undefined })
    assert.match(String(line.error), /planned\n.*rescue\.test\.ts/)
    assert.deepEqual([line.trace_id, line.span_id, line.trace_flags], [traceId, spanId, '01'])
    assert.ok(!('trace_id' in lineOf(undefined)))
  })
})
