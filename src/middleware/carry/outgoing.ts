import { subscribe } from 'node:diagnostics_channel'
import { Agent, type ClientRequest, type RequestOptions } from 'node:http'
import { hasHeader } from '../http/index.ts'
import type { Carrier } from './carrier.ts'
import { CONTEXT_HEADERS, type TraceContext } from './trace-context.ts'

/** Node tells of each request of `http` and `https` before it leaves. [nodejs/node#55586] */
const hasCreatedChannel = (nodeVersion: string): boolean => {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/** Puts the context of the request that is being served on what the app sends for it. */
export function carryOutgoing(carrier: Carrier, nodeVersion: string): void {
  const { storage, trust } = carrier
  const add = (request: ClientRequest): void => {
    const { recording } = carrier
    const context = recording === undefined ? storage.getStore() : recording.current()
    // A socket of the file system leads to this machine.
    if (!context || !(request.socketPath || trust.allows(request.host))) return
    if (addToHttp(request, context)) recording?.overlooked(request.host)
  }
  if (hasCreatedChannel(nodeVersion))
    subscribe('http.client.request.created', (message) =>
      add((message as { readonly request: ClientRequest }).request),
    )
  else watchAgents(add)
  // `fetch`, and undici as a package.
  subscribe('undici:request:create', (message) => {
    // A recorder of spans hears of these by the same channel.
    const context = carrier.recording === undefined && storage.getStore()
    if (!context) return
    const { request } = message as { readonly request: UndiciRequest }
    if (trust.allows(hostOf(request.origin))) addToUndici(request, context)
  })
}

/**
 * Puts the parts that the app has not set itself; its own `traceparent` has its own `tracestate`.
 *
 * @returns whether there was no trace on it
 */
function putMissing(
  context: TraceContext,
  has: (name: string) => boolean,
  put: (name: string, value: string) => void,
): boolean {
  const isOwnTrace = has('traceparent')
  for (const name of CONTEXT_HEADERS) {
    const value = context[name]
    if (value === undefined || has(name) || (isOwnTrace && name === 'tracestate')) continue
    put(name, value)
  }
  return !isOwnTrace
}

function addToHttp(request: ClientRequest, context: TraceContext): boolean {
  const written = request as ClientRequest & { _header: string | null }
  if (written._header === null)
    return putMissing(
      context,
      (name) => request.hasHeader(name),
      (name, value) => request.setHeader(name, value),
    )
  // Headers that were given as a list are written at once, and leave only later.
  const head = written._header
  if (!head.endsWith('\r\n\r\n')) return false
  const lines = head.toLowerCase()
  let more = ''
  const isNew = putMissing(
    context,
    (name) => lines.includes(`\r\n${name}:`),
    (name, value) => {
      more += `${name}: ${value}\r\n`
    },
  )
  written._header = `${head.slice(0, -2)}${more}\r\n`
  return isNew
}

interface UndiciRequest {
  readonly origin: string | URL
  /** Names and values in turn; one text in undici 5. */
  headers: readonly unknown[] | string
  addHeader?(name: string, value: string): unknown
}

function addToUndici(request: UndiciRequest, context: TraceContext): void {
  const { headers } = request
  putMissing(
    context,
    (name) => hasHeader(headers, name),
    (name, value) => {
      if (request.addHeader !== undefined) request.addHeader(name, value)
      else request.headers += `${name}: ${value}\r\n`
    },
  )
}

const hostOf = (origin: string | URL): string => {
  try {
    return (typeof origin === 'string' ? new URL(origin) : origin).hostname
  } catch {
    return ''
  }
}

interface AgentPrototype {
  addRequest(request: ClientRequest, ...rest: unknown[]): void
}

/**
 * Where Node has no channel for it: each request that is made goes to its agent at once, those of `https` to one that
 * inherits from this. Who makes agents of another kind has to set the headers himself.
 */
function watchAgents(add: (request: ClientRequest) => void): void {
  const prototype = Agent.prototype as unknown as AgentPrototype
  const { addRequest } = prototype
  prototype.addRequest = function (this: unknown, request, ...rest) {
    add(request)
    addRequest.call(this, request, ...rest)
  }
}

/** The part of Node's own types that they leave out. */
declare module 'node:http' {
  interface ClientRequest {
    readonly socketPath?: RequestOptions['socketPath']
  }
}
