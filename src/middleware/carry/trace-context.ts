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

/** `false` = of a request that came without. */
export type Carried = TraceContext | false

/**
 * What is worth handing on: a malformed `traceparent` takes `tracestate` along, as the W3C asks; baggage is by itself.
 *
 * @param headers lower-case names
 */
export const readTraceContext = (
  headers: Readonly<Record<string, string | undefined>>,
): TraceContext | undefined => make(headers.traceparent, headers.tracestate, headers.baggage)

/**
 * The same from names and values in turn, as they came: joining all headers into a table costs more than all the rest.
 * Of one that came twice, the values are joined by commas, and so two `traceparent` are malformed.
 */
export function readRawHeaders(raw: readonly string[]): TraceContext | undefined {
  let traceparent: string | undefined
  let tracestate: string | undefined
  let baggage: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    // Most headers are told apart by their length alone.
    if (name.length === 11 && name.toLowerCase() === 'traceparent')
      traceparent = join(traceparent, raw[i + 1])
    else if (name.length === 10 && name.toLowerCase() === 'tracestate')
      tracestate = join(tracestate, raw[i + 1])
    else if (name.length === 7 && name.toLowerCase() === 'baggage')
      baggage = join(baggage, raw[i + 1])
  }
  return make(traceparent, tracestate, baggage)
}

const join = (before: string | undefined, value = ''): string =>
  before === undefined ? value : `${before},${value}`

function make(
  traceparent: string | undefined,
  tracestate: string | undefined,
  baggage: string | undefined,
): TraceContext | undefined {
  const isTraced = traceparent !== undefined && parseTraceparent(traceparent) !== undefined
  const hasBaggage = isShort(baggage, MAX_BAGGAGE)
  if (!isTraced && !hasBaggage) return undefined
  const context: { -readonly [Name in keyof TraceContext]: string } = {}
  if (isTraced) context.traceparent = traceparent
  if (isTraced && isShort(tracestate, MAX_TRACESTATE)) context.tracestate = tracestate
  if (hasBaggage) context.baggage = baggage
  return context
}

/** Node throws at a header of other characters, and the app made none. [RFC 9110, section 5.5] */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]+$/

const isShort = (text: string | undefined, max: number): text is string =>
  text !== undefined && text.length <= max && HEADER_VALUE.test(text)
