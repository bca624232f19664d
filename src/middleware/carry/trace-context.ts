import { parseTraceparent } from '../../wire/traceparent.ts'

/** Of the request that is being served, as its headers had it. */
export interface TraceContext {
  /** @see https://www.w3.org/TR/trace-context-2/#traceparent-header */
  readonly traceparent?: string
  readonly tracestate?: string
  /** @see https://www.w3.org/TR/baggage/ */
  readonly baggage?: string
}

export const CONTEXT_HEADERS = ['traceparent', 'tracestate', 'baggage'] as const

/** Longer ones are no baggage. [W3C baggage: limits] */
const MAX_BAGGAGE = 8_192
/** At least 512 have to be handed on; what is longer than this is nobody's. */
const MAX_TRACESTATE = 4_096

/**
 * What is worth handing on: a malformed `traceparent` takes `tracestate` along, as the W3C asks; baggage is by itself.
 *
 * @param headers lower-case names; of a header that came twice, the values joined by commas
 */
export function readTraceContext(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): TraceContext | undefined {
  const traceparent = validTraceparent(textOf(headers.traceparent))
  const baggage = shortOf(textOf(headers.baggage), MAX_BAGGAGE)
  if (traceparent === undefined && baggage === undefined) return undefined
  const tracestate =
    traceparent === undefined ? undefined : shortOf(textOf(headers.tracestate), MAX_TRACESTATE)
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(baggage !== undefined && { baggage }),
  }
}

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.join(',') : value

const shortOf = (text: string | undefined, max: number): string | undefined =>
  text !== undefined && text !== '' && text.length <= max ? text : undefined

const validTraceparent = (text: string | undefined): string | undefined =>
  text !== undefined && parseTraceparent(text) !== undefined ? text : undefined
