import { encodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { SpanBatch } from '../contract.ts'
import type { LocatedBatch } from './hot-segment.ts'
import { splitSpans } from './split-spans.ts'

/** A body that came alone in its memory is kept as it is; one that is a small part of more is copied. */
const MAX_WASTE = 2

/** Finds each span in the bytes; writes them anew where that does not work out. */
export function locateBatch({ spans, body }: SpanBatch): LocatedBatch {
  const ranges = splitSpans(body, spans.length)
  if (ranges === undefined) {
    const written = Buffer.from(encodeZipkinSpans(spans))
    const found = splitSpans(written, spans.length)
    if (found === undefined) throw new Error('a list of spans that we wrote does not come apart')
    return { spans, body: written, ranges: found }
  }
  const isWasteful = body.buffer.byteLength > body.length * MAX_WASTE
  return { spans, body: isWasteful ? new Uint8Array(body) : body, ranges }
}
