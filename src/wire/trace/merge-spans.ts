import type { ZipkinAnnotation, ZipkinSpan } from '../zipkin-span.ts'

/** One side of one span id, after the reports about it have been put together. */
export interface MergedSpan {
  /** Unique in the trace: the span id, and for a second half of a shared id `id~1`, `id~2` … */
  readonly key: string
  readonly span: ZipkinSpan
  /** The server half of an id that the client half also uses (B3). */
  readonly isSharedHalf: boolean
}

/**
 * Reporters may send a span in pieces, or twice, and B3 servers use their client's span id. Pieces
 * of one side become one span; the two sides stay two.
 *
 * @see zipkin's `internal/Trace.java` `merge`
 */
export function mergeSpans(spans: readonly ZipkinSpan[]): MergedSpan[] {
  const byId = new Map<string, ZipkinSpan[]>()
  for (const span of spans) {
    const same = byId.get(span.id)
    if (same === undefined) byId.set(span.id, [span])
    else same.push(span)
  }
  const merged: MergedSpan[] = []
  for (const [id, reports] of byId) {
    const first = reports[0]
    if (first !== undefined && reports.length === 1)
      merged.push({ key: id, span: first, isSharedHalf: first.shared === true })
    else merged.push(...mergeOneId(id, reports))
  }
  return merged
}

interface Side {
  span: ZipkinSpan
  shared: boolean
}

function mergeOneId(id: string, reports: readonly ZipkinSpan[]): MergedSpan[] {
  // A reporter that forgot `shared` shows as a client and a server of one id.
  const hasClient = reports.some((span) => span.kind === 'CLIENT')
  const sides: Side[] = []
  for (const span of reports) {
    const shared = span.shared === true || (hasClient && span.kind === 'SERVER')
    const side = sides.find((known) => known.shared === shared && isSameService(known.span, span))
    if (side === undefined) sides.push({ span, shared })
    else side.span = mergePair(side.span, span)
  }
  sides.sort((a, b) => Number(a.shared) - Number(b.shared))
  return sides.map((side, i) => ({
    key: i === 0 ? id : `${id}~${i}`,
    span: side.span,
    isSharedHalf: side.shared,
  }))
}

const isSameService = (a: ZipkinSpan, b: ZipkinSpan): boolean => {
  const one = a.localEndpoint?.serviceName
  const other = b.localEndpoint?.serviceName
  return one === undefined || other === undefined || one === other
}

/** Field by field: what the first report lacks comes from the second; the earliest start and the longest duration win. */
function mergePair(a: ZipkinSpan, b: ZipkinSpan): ZipkinSpan {
  const merged: { -readonly [K in keyof ZipkinSpan]: ZipkinSpan[K] } = { ...b, ...a }
  if (a.timestamp !== undefined && b.timestamp !== undefined)
    merged.timestamp = Math.min(a.timestamp, b.timestamp)
  if (a.duration !== undefined && b.duration !== undefined)
    merged.duration = Math.max(a.duration, b.duration)
  if (a.tags !== undefined && b.tags !== undefined) merged.tags = { ...b.tags, ...a.tags }
  if (a.annotations !== undefined && b.annotations !== undefined)
    merged.annotations = mergeAnnotations(a.annotations, b.annotations)
  return merged
}

function mergeAnnotations(
  a: readonly ZipkinAnnotation[],
  b: readonly ZipkinAnnotation[],
): ZipkinAnnotation[] {
  const unique = new Map<string, ZipkinAnnotation>()
  for (const note of [...a, ...b]) unique.set(`${note.timestamp} ${note.value}`, note)
  return [...unique.values()].sort((x, y) => x.timestamp - y.timestamp)
}
