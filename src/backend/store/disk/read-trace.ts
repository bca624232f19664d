import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { uniqueSpans } from '../../query/unique-spans.ts'
import type { Segment } from './segment.ts'
import { isSameKey, markOf, type TraceKey } from './trace-key.ts'

/** Joins the parts of a trace. `segments` from the newest to the oldest; spans in the order they came. */
export async function readTrace(
  segments: readonly Segment[],
  key: TraceKey,
  isStrict: boolean,
): Promise<ZipkinSpan[]> {
  const parts: ZipkinSpan[][] = []
  const mark = markOf(key)
  for (const segment of segments.toReversed()) {
    if (isStrict ? !segment.mayHave(mark) : !segment.hasLow(key.low)) continue
    const open = await segment.open()
    for (const ordinal of open.find(key))
      if (!isStrict || isSameKey(open.keyOf(ordinal), key)) parts.push(await open.read(ordinal))
  }
  return uniqueSpans(parts.flat())
}
