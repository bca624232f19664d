import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Patience } from './wait-until.ts'

export interface AppRequest {
  readonly method: string
  /** As it stood in the request line, query included. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  /** Name, value, name, value …, as received. */
  readonly rawHeaders: readonly string[]
  /** What has come of the body. */
  body: Buffer
  /** The whole body is here. */
  complete: boolean
  /** The connection ended before the answer was out. */
  aborted: boolean
}

/** Answers a request whose head is here; `seen.body` fills as it streams. */
export type AppHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  seen: AppRequest,
  app: TestApp,
) => void | Promise<void>

export interface TestApp extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly requests: readonly AppRequest[]
  /** Open server-sent event streams (`/sse`); `push` writes one event to each. */
  readonly streams: Set<ServerResponse>
  push(data: string): void
  /** Answers every request that waits at `/hold` with 200. */
  release(): void
  readonly held: Set<ServerResponse>
  /** Ends every connection, answered or not. */
  cut(): void
  /** Resolves as soon as the predicate holds; it is asked at each head, chunk, end and abort. */
  waitFor(
    predicate: (requests: readonly AppRequest[]) => boolean,
    patience?: Patience,
  ): Promise<void>
  clear(): void
}
