import { err, ok, type Result } from '../../base/result.ts'
import { decodeZipkinSpans } from '../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'

/** The traces of a file, each a list of its spans; or what is wrong with the file. */
export type SpanFile = Result<ZipkinSpan[][], string>

/** Reads a list of spans or a list of traces, under the backend's own reading rules. */
export function readSpanFile(body: Uint8Array): SpanFile {
  const decoded = decodeZipkinSpans(flattenTraces(body))
  if (!decoded.ok) return err(decoded.error.trim())
  const traces = new Map<string, ZipkinSpan[]>()
  for (const span of decoded.value) {
    const trace = traces.get(span.traceId)
    if (trace === undefined) traces.set(span.traceId, [span])
    else trace.push(span)
  }
  return ok([...traces.values()])
}

/** `GET /traces` answers with lists in a list; people keep those files too. Anything else is left as it is. */
function flattenTraces(body: Uint8Array): Uint8Array {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return body
  }
  if (!Array.isArray(value) || !value.some(Array.isArray)) return body
  return new TextEncoder().encode(JSON.stringify(value.flat()))
}
