import { parseB3Multi, parseB3Single } from '../wire/b3.ts'
import { parseBaggage } from '../wire/baggage.ts'
import { FLAG_SAMPLED, formatTraceparent, parseTraceparent } from '../wire/traceparent.ts'
import { parseTracestate } from '../wire/tracestate.ts'
import type { SpanContext } from './span-context.ts'

/** What a request brought along. */
export interface Incoming {
  /** Absent when there was none or it was invalid: then a new trace starts here. */
  readonly parent: SpanContext | undefined
  /** A B3 sender decided without giving ids. Absent = not decided. */
  readonly decided: boolean | undefined
  /** The `baggage` header to pass on. */
  readonly baggage: string | undefined
  /** Why the `baggage` header is refused. */
  readonly baggageProblem: string | undefined
}

/** The headers that context travels in; lower case. They are written anew on every hop. */
export const CONTEXT_HEADERS: ReadonlySet<string> = new Set([
  'traceparent',
  'tracestate',
  'baggage',
])

/** What a message without any context brings. */
export const NO_CONTEXT: Incoming = {
  parent: undefined,
  decided: undefined,
  baggage: undefined,
  baggageProblem: undefined,
}

/**
 * Reads W3C trace context and baggage from raw headers (names and values in turn), B3 when no `traceparent`
 * came. Raw headers, since Node joins or drops duplicates, and a duplicated `traceparent` must be seen.
 *
 * @see https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received
 */
export function extract(headers: readonly string[]): Incoming {
  let lines: ContextLines | undefined
  let b3: Map<string, string> | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    // Most headers are told apart by their length alone, which costs no lower-casing.
    if (!CANDIDATE_LENGTHS.has(name.length)) continue
    const lower = name.toLowerCase()
    const value = headers[i + 1] as string
    if (lower === 'traceparent' || lower === 'tracestate' || lower === 'baggage') {
      lines ??= { traceparent: [], tracestate: [], baggage: [] }
      lines[lower].push(value)
    } else if (lower === 'b3' || lower.startsWith('x-b3-')) {
      b3 ??= new Map()
      if (!b3.has(lower)) b3.set(lower, value)
    }
  }
  if (lines === undefined && b3 === undefined) return NO_CONTEXT
  const { traceparent, tracestate, baggage } = lines ?? NO_LINES
  const fromB3 = traceparent.length === 0 && b3 !== undefined ? readB3(b3) : undefined
  const readBaggage = baggage.length === 0 ? undefined : parseBaggage(baggage)
  return {
    parent: fromB3 === undefined ? readW3c(traceparent, tracestate) : fromB3.parent,
    decided: fromB3?.decided,
    baggage: readBaggage?.ok ? readBaggage.value : undefined,
    baggageProblem: readBaggage?.ok === false ? readBaggage.error : undefined,
  }
}

/** Every line of each header, in order. */
type ContextLines = Record<'traceparent' | 'tracestate' | 'baggage', string[]>
const NO_LINES: ContextLines = { traceparent: [], tracestate: [], baggage: [] }

const CANDIDATE_LENGTHS: ReadonlySet<number> = new Set(
  [...CONTEXT_HEADERS, 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'].map(
    (name) => name.length,
  ),
)

/** A repeated `traceparent` is as good as none: nobody can say which one is meant. */
function readW3c(
  traceparents: readonly string[],
  tracestates: readonly string[],
): SpanContext | undefined {
  const value = traceparents[0]
  if (value === undefined || traceparents.length > 1) return undefined
  const parent = parseTraceparent(value)
  if (parent === undefined) return undefined
  const { traceId, spanId, flags } = parent
  return { traceId, spanId, flags, traceState: parseTracestate(tracestates) }
}

function readB3(headers: ReadonlyMap<string, string>): {
  parent: SpanContext | undefined
  decided: boolean | undefined
} {
  const single = headers.get('b3')
  const b3 =
    single === undefined
      ? parseB3Multi({
          traceId: headers.get('x-b3-traceid'),
          spanId: headers.get('x-b3-spanid'),
          sampled: headers.get('x-b3-sampled'),
          flags: headers.get('x-b3-flags'),
        })
      : parseB3Single(single)
  if (b3?.traceId === undefined || b3.spanId === undefined || b3.sampled === undefined)
    return { parent: undefined, decided: b3?.sampled }
  return {
    parent: {
      traceId: b3.traceId,
      spanId: b3.spanId,
      flags: b3.sampled ? FLAG_SAMPLED : 0,
      traceState: undefined,
    },
    decided: undefined,
  }
}

/** Appends the headers that carry a context on, as names and values in turn. */
export function inject(headers: string[], context: SpanContext, baggage: string | undefined): void {
  headers.push('traceparent', formatTraceparent(context))
  if (context.traceState !== undefined) headers.push('tracestate', context.traceState)
  if (baggage !== undefined) headers.push('baggage', baggage)
}
