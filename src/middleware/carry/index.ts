/**
 * `node --import sidelight/carry app.js`: what the app sends for a request continues the trace of that request.
 * Importing it is all; the functions are for what is not HTTP/1.1.
 */
import { VERSION } from '../../base/version.ts'
import { obtainCarrier } from './carrier.ts'
import { carryIncoming } from './incoming.ts'
import { carryOutgoing } from './outgoing.ts'
import { readTraceContext, type TraceContext } from './trace-context.ts'

export type { TraceContext } from './trace-context.ts'

const { carrier, isNew } = obtainCarrier(VERSION, process.env)
if (isNew) install()
else if (carrier.version !== VERSION)
  warn(
    'CARRY_TWO_VERSIONS',
    `carry ${carrier.version} is in this process, and ${VERSION} leaves it to that one: npm ls sidelight shows where they come from`,
  )

function install(): void {
  carryIncoming(carrier.storage)
  carryOutgoing(carrier, process.versions.node)
  for (const entry of carrier.trust.mistakes)
    warn(
      'CARRY_TRUST_INVALID',
      `SIDELIGHT_TRUST: ${JSON.stringify(entry.slice(0, 100))} is no host, *.domain, address, range or *, and is passed over`,
    )
}

function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'SidelightWarning', code })
}

/** Of the request that this code runs for; `undefined` outside of one, or when it came without context. */
export const currentTraceContext = (): TraceContext | undefined =>
  carrier.storage.getStore() || undefined

/**
 * Runs a function, and all that it begins, in a context: for requests that come by something else than HTTP, as from a
 * queue or by gRPC. A malformed `traceparent` is none, and takes `tracestate` along.
 *
 * @param headers `traceparent`, `tracestate`, `baggage`; `undefined` = in none
 * @returns what the function returns
 */
export const runWithTraceContext = <T>(headers: TraceContext | undefined, fn: () => T): T =>
  carrier.storage.run((headers && readTraceContext({ ...headers })) ?? false, fn)

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
