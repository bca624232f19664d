import type { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Server } from 'node:net'
import type { Carrier } from './carrier.ts'
import { type Carried, readRawHeaders } from './trace-context.ts'

/** Events of a server that begin a request. */
const REQUESTS: ReadonlySet<unknown> = new Set([
  'request',
  'checkContinue',
  'checkExpectation',
  'upgrade',
  'connect',
])

type Emit = (this: EventEmitter, event: string | symbol, ...args: unknown[]) => boolean

/** On a request that has a body. Absent on all others, and on the answers that a client gets. */
const CARRIED = Symbol('sidelight.carried')
type Marked = IncomingMessage & { [CARRIED]?: Carried }

/**
 * Each request runs in its own context, whatever ran before on its connection. The channel `http.server.request.start`
 * could only set the context of the connection, and the next request on it, or an upgrade, would find the last one's.
 */
export function carryIncoming(carrier: Carrier): void {
  const { storage } = carrier
  // That of http and https: who serves http only should not pay for loading TLS.
  const emit = Server.prototype.emit as Emit
  const patched: Emit = function (event, ...args) {
    const request =
      REQUESTS.has(event) && carrier.recording === undefined
        ? (args[0] as Marked | undefined)
        : undefined
    if (!Array.isArray(request?.rawHeaders)) return emit.call(this, event, ...args)
    const context = readRawHeaders(request.rawHeaders) ?? false
    if (hasBody(request)) request[CARRIED] = context
    return storage.run(context, emitAgain, emit, this, event, args)
  }
  Server.prototype.emit = patched as typeof Server.prototype.emit
  carryBodies(storage)
}

const emitAgain = (
  emit: Emit,
  emitter: EventEmitter,
  event: string | symbol,
  args: readonly unknown[],
): boolean => emit.call(emitter, event, ...args)

/** The parts of a body come in the connection's context, not in that of the request. */
function carryBodies(storage: AsyncLocalStorage<Carried>): void {
  const emit = IncomingMessage.prototype.emit as Emit
  const patched: Emit = function (event, ...args) {
    const context = (this as Marked)[CARRIED]
    return context === undefined || storage.getStore() === context
      ? emit.call(this, event, ...args)
      : storage.run(context, emitAgain, emit, this, event, args)
  }
  IncomingMessage.prototype.emit = patched as typeof IncomingMessage.prototype.emit
}

/** [RFC 9112, section 6: a request has a body when one of these says so] */
function hasBody({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length !== 14 && name.length !== 17) continue
    const lower = name.toLowerCase()
    if (lower === 'transfer-encoding') return true
    if (lower === 'content-length') return rawHeaders[i + 1] !== '0'
  }
  return false
}
