import type { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { type IncomingMessage, Server as PlainServer } from 'node:http'
import { Server as TlsServer } from 'node:https'
import { readTraceContext, type TraceContext } from './trace-context.ts'

/** Events of a server that begin a request. */
const REQUESTS: ReadonlySet<unknown> = new Set([
  'request',
  'checkContinue',
  'checkExpectation',
  'upgrade',
  'connect',
])

type Emit = (this: EventEmitter, event: string | symbol, ...args: unknown[]) => boolean

/**
 * Each request runs in its own context, whatever ran before on its connection. The channel `http.server.request.start`
 * could only set the context of the connection, and the next request on it, or an upgrade, would find the last one's.
 */
export function carryIncoming(storage: AsyncLocalStorage<TraceContext | false>): void {
  for (const { prototype } of [PlainServer, TlsServer]) {
    const emit = prototype.emit as Emit
    prototype.emit = function (this: EventEmitter, event: string | symbol, ...args: unknown[]) {
      if (!REQUESTS.has(event)) return emit.call(this, event, ...args)
      const [request, answer] = args as [IncomingMessage, EventEmitter]
      const context = readTraceContext(request.headers) ?? false
      bindEvents(request, context, storage)
      if (event === 'request') bindEvents(answer, context, storage)
      return storage.run(context, () => emit.call(this, event, ...args))
    } as typeof prototype.emit
  }
}

/** The parts of a body come in the connection's context, not in that of the request. */
function bindEvents(
  emitter: EventEmitter,
  context: TraceContext | false,
  storage: AsyncLocalStorage<TraceContext | false>,
): void {
  const emit = emitter.emit as Emit
  emitter.emit = function (this: EventEmitter, event: string | symbol, ...args: unknown[]) {
    return storage.getStore() === context
      ? emit.call(this, event, ...args)
      : storage.run(context, () => emit.call(this, event, ...args))
  }
}
