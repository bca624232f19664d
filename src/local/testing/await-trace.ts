import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { createPaint } from '../../base/paint.ts'
import { pause } from '../../base/pause.ts'
import { readTrace, type Trace } from '../../wire/trace/trace.ts'
import { traceTreeLines } from '../../wire/trace/trace-lines.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { type ExpectedSpan, type Match, matchTrace, scoreOf } from './expect-trace.ts'

/** A trace that was found. */
export interface FoundTrace {
  readonly traceId: string
  /** As Zipkin's API gives them. */
  readonly spans: readonly ZipkinSpan[]
  /** Its tree, for people. */
  toString(): string
}

const LOOK_EVERY_MS = 5
const WIDTH = 100

/**
 * Looks until a trace has what is expected.
 *
 * @param read all traces that there are, the newest first
 * @param clock of the system: it is the test that waits
 * @throws Fault `TRACE_NOT_FOUND` with what is missing of the trace that comes nearest, and its tree
 */
export async function awaitTrace(
  expected: ExpectedSpan,
  read: () => Promise<readonly (readonly ZipkinSpan[])[]>,
  clock: Clock,
  timeoutMs: number,
): Promise<FoundTrace> {
  // JavaScript's `(t) => { t.root('x') }` gives nothing.
  if ((expected as unknown) === undefined)
    throw new Fault('TRACE_NOT_FOUND', 'nothing is expected: return what t.root(…) gives')
  const endMs = clock.elapsedMs() + timeoutMs
  const never = new AbortController().signal
  for (;;) {
    const found = (await read()).flatMap((spans) => {
      const trace = readTrace(spans)
      return trace === undefined ? [] : { spans, trace, match: matchTrace(expected, trace) }
    })
    const whole = found.find(({ match }) => match.isMatch)
    if (whole !== undefined)
      return {
        traceId: whole.trace.traceId,
        spans: whole.spans,
        toString: () => treeOf(whole.trace),
      }
    if (clock.elapsedMs() >= endMs)
      throw new Fault('TRACE_NOT_FOUND', describeFailure(expected, found, timeoutMs))
    await pause(clock, LOOK_EVERY_MS, never)
  }
}

const treeOf = (trace: Trace): string => traceTreeLines(trace, WIDTH, createPaint(false)).join('\n')

function describeFailure(
  expected: ExpectedSpan,
  found: readonly { readonly trace: Trace; readonly match: Match }[],
  timeoutMs: number,
): string {
  const [nearest] = [...found].sort((a, b) => scoreOf(b.match) - scoreOf(a.match))
  if (nearest === undefined)
    return `no trace at all within ${timeoutMs} ms, and so none with ${expected.label}: was a sidecar called, and is the sampling rate above 0?`
  const { findings } = nearest.match
  const first = findings.find(({ trouble }) => trouble !== undefined)
  return [
    `no trace within ${timeoutMs} ms has what is expected; the first difference: ${first?.label}: ${first?.trouble}`,
    '',
    ...findings.map(
      ({ depth, label, trouble }) =>
        `${'  '.repeat(depth)}${trouble === undefined ? '✔' : '✘'} ${label}${trouble === undefined ? '' : `: ${trouble}`}`,
    ),
    '',
    found.length === 1 ? 'The trace:' : `The nearest of ${found.length} traces:`,
    treeOf(nearest.trace),
  ].join('\n')
}
