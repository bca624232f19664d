import type { Readable } from 'node:stream'
import type { BodyStream, RawHeaders } from '../message.ts'

export interface UpstreamRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Without hop-by-hop headers and without `Host`, which is the origin's. */
  readonly headers: RawHeaders
  readonly body: Readable | Uint8Array | undefined
}

export interface UpstreamReply {
  readonly status: number
  readonly headers: RawHeaders
  readonly body: BodyStream
}

export interface UpstreamOptions {
  readonly connectTimeoutMs: number
  /** Idle connections are closed after this; shorter than any server's own limit that is in use. */
  readonly keepAliveMs: number
  /** Largest head of an answer. */
  readonly maxHeaderBytes: number
  /** `false` for an app's own TLS, where any certificate is accepted, as in Dapr. */
  readonly verifyTls: boolean
  /** An authority instead of the system's, and what we prove ourselves with. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}
