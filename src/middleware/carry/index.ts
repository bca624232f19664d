/**
 * `node --import sidelight/carry app.js`: what the app sends for a request continues the trace of that request.
 * Importing it is all; the functions are for what is not HTTP/1.1.
 */
import { VERSION } from '../../base/version.ts'
import { obtainCarrier, type RecordingContext } from './carrier.ts'
import { carryIncoming } from './incoming.ts'
import { carryOutgoing } from './outgoing.ts'
import { readTraceContext, type TraceContext } from './trace-context.ts'
import { warn, warnOfMistakes } from './warn.ts'

export type { RecordingContext } from './carrier.ts'
export type { TraceContext } from './trace-context.ts'

const { carrier, isNew } = obtainCarrier(VERSION, process.env)
if (isNew) install()
else if (carrier.version !== VERSION)
  warn(
    'CARRY_TWO_VERSIONS',
    `carry ${carrier.version} is in this process, and ${VERSION} leaves it to that one: npm ls sidelight shows where they come from`,
  )

function install(): void {
  carryIncoming(carrier)
  carryOutgoing(carrier, process.versions.node)
  warnOfMistakes(carrier.trust)
}

/** Of the request that this code runs for; `undefined` outside of one, or when it came without context. */
export const currentTraceContext = (): TraceContext | undefined =>
  carrier.recording === undefined
    ? carrier.storage.getStore() || undefined
    : carrier.recording.current()

/**
 * Runs a function, and all that it begins, in a context: for requests that come by something else than HTTP, as from a
 * queue or by gRPC. A malformed `traceparent` is none, and takes `tracestate` along.
 *
 * @param headers `traceparent`, `tracestate`, `baggage`; `undefined` = in none
 * @returns what the function returns
 */
export const runWithTraceContext = <T>(headers: TraceContext | undefined, fn: () => T): T =>
  carrier.recording === undefined
    ? carrier.storage.run((headers && readTraceContext({ ...headers })) ?? false, fn)
    : carrier.recording.run(headers, fn)

/**
 * The headers of the context that this code runs in, for a transport that `carry` does not know.
 *
 * @param url where they go: a host that is not trusted gets none, nor does what is no URL. Without it they are yours to
 * guard.
 */
export function traceHeaders(url?: string | URL): Record<string, string> {
  const context = currentTraceContext()
  if (context === undefined) return {}
  if (url !== undefined && !(URL.canParse(url) && carrier.trust.allows(new URL(url).hostname)))
    return {}
  return { ...context }
}

/**
 * For a recorder of spans: from now on its context goes on, and that of the incoming request no more.
 *
 * @returns whether a host may get context
 */
export function recordWith(context: RecordingContext): (host: string) => boolean {
  carrier.recording = context
  return carrier.trust.allows
}
