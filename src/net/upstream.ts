import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { codeOf, Fault, messageOf } from '../base/fault.ts'
import type { BodySink, BodyStream, RawHeaders } from './message.ts'
import { createAgent } from './undici-agent.ts'

export interface UpstreamRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: RawHeaders
  readonly body: Readable | Uint8Array | undefined
}

export interface UpstreamReply {
  readonly status: number
  readonly headers: RawHeaders
  readonly body: BodyStream
}

/** Requests to apps and peers: keep-alive pools, streams both ways, nothing traced, nothing retried but what is safe. */
export interface Upstream {
  /**
   * Resolves with the head of the answer.
   *
   * @param origin for example `http://127.0.0.1:5001`
   * @param onAbort is handed a function that gives the request up
   * @throws Fault `UPSTREAM_REFUSED` (nothing was sent), `UPSTREAM_BROKEN` (it may have been processed),
   * `UPSTREAM_ABORTED`
   */
  send(
    origin: string,
    request: UpstreamRequest,
    onAbort: (abort: () => void) => void,
  ): Promise<UpstreamReply>
  close(): Promise<void>
}

export interface UpstreamOptions {
  readonly connectTimeoutMs: number
  /** Idle connections are closed after this; shorter than any server's own limit that is in use. */
  readonly keepAliveMs: number
  /** Largest head of an answer. */
  readonly maxHeaderBytes: number
  /** `false` for an app's own TLS, where any certificate is accepted, as in Dapr. */
  readonly verifyTls: boolean
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const agent = createAgent({
    pipelining: 1,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: options.keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: options.maxHeaderBytes,
    connect: { timeout: options.connectTimeoutMs, rejectUnauthorized: options.verifyTls },
  })
  const once = (
    origin: string,
    request: UpstreamRequest,
    onAbort: (abort: () => void) => void,
  ): Promise<UpstreamReply> =>
    new Promise((resolve, reject) => {
      agent.dispatch(
        {
          origin,
          path: request.target,
          method: request.method as Dispatcher.HttpMethod,
          headers: request.headers as string[],
          body: request.body ?? null,
        },
        createHandler(resolve, reject, onAbort),
      )
    })
  return {
    async send(origin, request, onAbort) {
      try {
        return await once(origin, request, onAbort)
      } catch (error) {
        if (!isStaleConnection(error) || !isReplayable(request)) throw error
        return once(origin, request, onAbort)
      }
    },
    close: () => agent.destroy(),
  }
}

/** A kept connection that the server closed just as we used it. Go's client retries here, too. */
const isStaleConnection = (error: unknown): boolean => codeOf(error) === 'UPSTREAM_BROKEN'

const REPLAYABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const isReplayable = (request: UpstreamRequest): boolean =>
  request.body === undefined && REPLAYABLE.has(request.method)

/**
 * undici's raw-header handler: no header object is built on the hot path. Chunks that come before anybody
 * asks for the body are held, and the parser is paused when there is much of it.
 */
function createHandler(
  resolve: (reply: UpstreamReply) => void,
  reject: (error: Fault) => void,
  onAbort: (abort: () => void) => void,
): Dispatcher.DispatchHandler {
  const body = createBody()
  let answered = false
  return {
    onConnect(abort) {
      body.onCancel = abort
      onAbort(abort)
    },
    onHeaders(status, rawHeaders, resume) {
      // 1xx is between the two hops only.
      if (status < 200) return true
      answered = true
      body.onResume = resume
      resolve({ status, headers: decodeHeaders(rawHeaders), body })
      return true
    },
    onData: (chunk) => body.push(chunk),
    onComplete: () => body.finish(undefined),
    onError(error) {
      if (answered) body.finish(error)
      else reject(toFault(error))
    },
  }
}

function decodeHeaders(raw: readonly Buffer[]): string[] {
  const headers = new Array<string>(raw.length)
  for (let i = 0; i < raw.length; i++) headers[i] = (raw[i] as Buffer).toString('latin1')
  return headers
}

const MAX_HELD_BYTES = 65_536

interface PushBody extends BodyStream {
  onCancel: (() => void) | undefined
  onResume: (() => void) | undefined
  /** Returns `false` when the source must pause. */
  push(chunk: Uint8Array): boolean
  finish(error: unknown): void
}

function createBody(): PushBody {
  let sink: BodySink | undefined
  let held: Uint8Array[] = []
  let heldBytes = 0
  let finished = false
  let failure: unknown
  const end = (to: BodySink): void => (failure === undefined ? to.end() : to.fail(failure))
  return {
    onCancel: undefined,
    onResume: undefined,
    push(chunk) {
      if (sink !== undefined) return sink.write(chunk)
      held.push(chunk)
      heldBytes += chunk.length
      return heldBytes < MAX_HELD_BYTES
    },
    finish(error) {
      finished = true
      failure = error ?? undefined
      if (sink !== undefined) end(sink)
    },
    takeWhole() {
      if (!finished || failure !== undefined || sink !== undefined) return undefined
      return held.length === 1 ? held[0] : Buffer.concat(held)
    },
    pipe(to) {
      sink = to
      for (const chunk of held) to.write(chunk)
      held = []
      if (finished) end(to)
      else if (heldBytes >= MAX_HELD_BYTES) this.onResume?.()
    },
    resume() {
      this.onResume?.()
    },
    cancel() {
      if (!finished) this.onCancel?.()
    },
  }
}

/** Codes that say that no byte of the request has reached anybody. */
const REFUSED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

function toFault(error: unknown): Fault {
  const code = codeOf(error) ?? ''
  if (code === 'UND_ERR_ABORTED') return new Fault('UPSTREAM_ABORTED', 'given up', { cause: error })
  return REFUSED.has(code)
    ? new Fault('UPSTREAM_REFUSED', messageOf(error), { cause: error, retryable: true })
    : new Fault('UPSTREAM_BROKEN', messageOf(error) || code, { cause: error })
}
