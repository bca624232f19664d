import { subscribe } from 'node:diagnostics_channel'
import http, { type ClientRequest, type RequestOptions } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Carrier } from './carrier.ts'
import { CONTEXT_HEADERS, type TraceContext } from './trace-context.ts'

/** Node tells of each request of `http` and `https` before it leaves. [nodejs/node#55586] */
export const hasCreatedChannel = (nodeVersion: string): boolean => {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/** Puts the context of the request that is being served on what the app sends for it. */
export function carryOutgoing({ storage, trust }: Carrier, nodeVersion: string): void {
  const add = (request: ClientRequest): void => {
    const context = storage.getStore()
    // A socket of the file system leads to this machine.
    if (!context || !(request.socketPath || trust.allows(request.host))) return
    addToHttp(request, context)
  }
  if (hasCreatedChannel(nodeVersion))
    subscribe('http.client.request.created', (message) =>
      add((message as { readonly request: ClientRequest }).request),
    )
  else wrapRequests(add)
  // `fetch`, and undici as a package.
  subscribe('undici:request:create', (message) => {
    const context = storage.getStore()
    if (!context) return
    const { request } = message as { readonly request: UndiciRequest }
    if (trust.allows(hostOf(request.origin))) addToUndici(request, context)
  })
}

/** Of the parts of the context, those that the app has not set itself; its own `traceparent` has its own `tracestate`. */
function* missing(
  context: TraceContext,
  has: (name: string) => boolean,
): Generator<readonly [name: string, value: string]> {
  const isOwnTrace = has('traceparent')
  for (const name of CONTEXT_HEADERS) {
    const value = context[name]
    if (value === undefined || has(name) || (isOwnTrace && name === 'tracestate')) continue
    yield [name, value]
  }
}

function addToHttp(request: ClientRequest, context: TraceContext): void {
  const written = request as ClientRequest & { _header: string | null }
  if (written._header === null) {
    for (const [name, value] of missing(context, (each) => request.hasHeader(each)))
      request.setHeader(name, value)
    return
  }
  // Headers that were given as a list are written at once, and leave only later.
  const head = written._header
  if (!head.endsWith('\r\n\r\n')) return
  const lines = head.toLowerCase()
  let more = ''
  for (const [name, value] of missing(context, (each) => lines.includes(`\r\n${each}:`)))
    more += `${name}: ${value}\r\n`
  written._header = `${head.slice(0, -2)}${more}\r\n`
}

interface UndiciRequest {
  readonly origin: string | URL
  /** Names and values in turn; one text in undici 5. */
  headers: readonly unknown[] | string
  addHeader?(name: string, value: string): unknown
}

function addToUndici(request: UndiciRequest, context: TraceContext): void {
  const { headers } = request
  const has =
    typeof headers === 'string'
      ? (name: string) => `\r\n${headers.toLowerCase()}`.includes(`\r\n${name}:`)
      : (name: string) =>
          headers.some((each, i) => i % 2 === 0 && String(each).toLowerCase() === name)
  for (const [name, value] of missing(context, has))
    if (request.addHeader !== undefined) request.addHeader(name, value)
    else request.headers += `${name}: ${value}\r\n`
}

const hostOf = (origin: string | URL): string => {
  try {
    return (typeof origin === 'string' ? new URL(origin) : origin).hostname
  } catch {
    return ''
  }
}

type Request = (...args: unknown[]) => ClientRequest

/** Where Node has no channel for it. Who has taken `http.request` before keeps the old one. */
function wrapRequests(add: (request: ClientRequest) => void): void {
  for (const module of [http, https] as { request: unknown; get: unknown }[]) {
    const original = module.request as Request
    const request: Request = (...args) => {
      const made = original(...args)
      add(made)
      return made
    }
    module.request = request
    module.get = (...args: unknown[]) => {
      const made = request(...args)
      made.end()
      return made
    }
  }
  syncBuiltinESMExports()
}

/** The part of Node's own types that they leave out. */
declare module 'node:http' {
  interface ClientRequest {
    readonly socketPath?: RequestOptions['socketPath']
  }
}
