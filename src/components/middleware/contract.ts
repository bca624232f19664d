import type { Readable } from 'node:stream'
import type { RawHeaders, Reply } from '../../net/index.ts'

/**
 * A handler of requests, as a driver serves it: it stands before whoever serves them.
 *
 * Faults have any code. No message holds a header or a body.
 *
 * @see dapr components-contrib `middleware/middleware.go`
 */
export interface Middleware extends AsyncDisposable {
  readonly features: ReadonlySet<string>
  handle(request: HandledRequest): HandlerOutcome | Promise<HandlerOutcome>
}

export interface HandledRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: RawHeaders
  readonly body: Readable | Uint8Array | undefined
  /** Of whoever sent it. */
  readonly remoteAddress: string
}

/** `undefined`: it goes on as it is. */
export type HandlerOutcome =
  | { readonly request: HandledRequest }
  | { readonly reply: Reply }
  | undefined
