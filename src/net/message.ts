import type { Readable } from 'node:stream'

/**
 * The records that the pipeline works on. They hide `node:http` and undici from the steps, so that the
 * front door and the upstream client can change without touching one.
 */

/** Header names and values in turn, in order and case as received: `['Host', 'a', 'Accept', '*']`. */
export type RawHeaders = readonly string[]

export interface Request {
  readonly method: string
  /** The request target as sent, without scheme and host if it had any: path and query. */
  readonly target: string
  /** `target` up to the first `?`, still percent-encoded. */
  readonly path: string
  /** What follows the first `?`, or the empty string. */
  readonly query: string
  readonly headers: RawHeaders
  /** Absent when the head announces no body. */
  readonly body: Readable | undefined
  /** Bytes announced by `Content-Length`. Absent for a chunked body; 0 without a body. */
  readonly contentLength: number | undefined
  readonly remoteAddress: string
  readonly remotePort: number
}

export interface Reply {
  readonly status: number
  /** Without hop-by-hop headers; `Content-Length` is the server's matter unless the body is a stream. */
  readonly headers: RawHeaders
  readonly body?: string | Uint8Array | BodyStream
}

/** A body that arrives over time, with back-pressure. */
export interface BodyStream {
  /**
   * The whole body, if all of it is here already and nobody has asked for it yet. Small answers mostly come in
   * one piece with their head, and one piece is one write.
   */
  takeWhole(): Uint8Array | undefined
  /** Starts the flow into `sink`. Called once. */
  pipe(sink: BodySink): void
  /** The sink can take more after it answered `false`. */
  resume(): void
  /** Nobody wants the rest. Safe to call at any time, also before `pipe`. */
  cancel(): void
}

export interface BodySink {
  /** Returns `false` when the source must wait for `resume`. */
  write(chunk: Uint8Array): boolean
  end(): void
  /** The source broke: the receiver must see a truncated body, not a complete one. */
  fail(error: unknown): void
}

/** What became of a reply, known when its last byte has left or the client has gone. */
export interface Outcome {
  /** As sent, or 499 when the client left before a reply was ready. */
  readonly status: number
  /** Body bytes handed to the socket. */
  readonly responseBytes: number
  /** The client left, or the source broke, before the last byte. */
  readonly aborted: boolean
  /** It was the source that broke. */
  readonly broken: boolean
}

/** nginx's code for "client closed the request"; never sent, only counted. */
export const STATUS_CLIENT_GONE = 499

export const isBodyStream = (body: Reply['body']): body is BodyStream =>
  typeof body === 'object' && 'pipe' in body
