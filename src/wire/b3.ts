/**
 * Zipkin's B3 headers, read as a fallback when no `traceparent` came. Never written.
 *
 * @see https://github.com/openzipkin/b3-propagation
 */
export interface B3Context {
  /** 32 lowercase hex digits; a 64-bit id is padded on the left. Absent when only a decision came. */
  readonly traceId?: string
  /** 16 lowercase hex digits. */
  readonly spanId?: string
  /** `undefined` = not decided yet: decide here. Debug counts as sampled. */
  readonly sampled: boolean | undefined
}

const IDS = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/
const SPAN_ID = /^[0-9a-f]{16}$/
const ZERO = /^0+$/

/** Single-header form: `{traceId}-{spanId}[-{1|0|d}[-{parentId}]]`, or the decision alone. */
export function parseB3Single(value: string): B3Context | undefined {
  if (value.length === 1)
    return DECISIONS.has(value) ? { sampled: DECISIONS.get(value) } : undefined
  const [traceId = '', spanId = '', decision, parentId, ...rest] = value.split('-')
  if (rest.length > 0 || (parentId !== undefined && !SPAN_ID.test(parentId))) return undefined
  if (decision !== undefined && !DECISIONS.has(decision)) return undefined
  return withIds(traceId, spanId, decision === undefined ? undefined : DECISIONS.get(decision))
}

/** Multi-header form. Lenient on `true`/`false`, which old clients send. */
export function parseB3Multi(headers: {
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly sampled: string | undefined
  readonly flags: string | undefined
}): B3Context | undefined {
  const decision = headers.flags === '1' ? 'd' : headers.sampled?.toLowerCase()
  if (decision !== undefined && !DECISIONS.has(decision)) return undefined
  const sampled = decision === undefined ? undefined : DECISIONS.get(decision)
  if (headers.traceId === undefined && headers.spanId === undefined)
    return sampled === undefined ? undefined : { sampled }
  return withIds(headers.traceId ?? '', headers.spanId ?? '', sampled)
}

/** A map, since an object would take `toString` for a decision. */
const DECISIONS: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['1', true],
  ['d', true],
  ['false', false],
  ['true', true],
])

function withIds(
  traceId: string,
  spanId: string,
  sampled: boolean | undefined,
): B3Context | undefined {
  if (!IDS.test(traceId) || !SPAN_ID.test(spanId) || ZERO.test(traceId) || ZERO.test(spanId))
    return undefined
  return { traceId: traceId.padStart(32, '0'), spanId, sampled }
}
