import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { type Patience, waitUntil } from './wait-until.ts'

/** How it answers a POST from now on. */
export type ReceiverBehaviour =
  | { readonly kind: 'accept' }
  /** Answers with this status and stores nothing. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** Accepts, that much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Reads and never answers; turning to another behaviour leaves these without an answer. */
  | { readonly kind: 'black-hole' }
  /** Closes the connection instead of answering. */
  | { readonly kind: 'reset' }

export interface ReceivedPost {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Of the body as it came, before gunzip. */
  readonly wireBytes: number
  /** After gunzip. */
  readonly body: string
  /** Empty if the body is no array; `problem` says why. */
  readonly spans: readonly ZipkinSpan[]
  readonly problem: string | undefined
  /** Undefined: never answered. */
  readonly status: number | undefined
}

export interface SpanReceiver extends AsyncDisposable {
  readonly port: number
  /** For `zipkin.endpointAddress`. */
  readonly url: string
  readonly posts: readonly ReceivedPost[]
  /** Of accepted posts only. */
  readonly spans: readonly ZipkinSpan[]
  behave(behaviour: ReceiverBehaviour): void
  /** Resolves as soon as the predicate holds; it is asked at each post. */
  waitFor(predicate: (receiver: SpanReceiver) => boolean, patience?: Patience): Promise<void>
  clear(): void
}

/** A stand-in for a Zipkin collector on port 0, for what a real one cannot be told to do. */
export async function startSpanReceiver(
  first: ReceiverBehaviour = { kind: 'accept' },
  { host = '127.0.0.1' }: { readonly host?: string } = {},
): Promise<SpanReceiver> {
  let behaviour = first
  const posts: ReceivedPost[] = []
  const spans: ZipkinSpan[] = []
  const watchers = new Set<() => void>()

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return // The sender went away; nothing was received.
    }
    const now = behaviour
    const post = read(request, Buffer.concat(chunks), statusOf(now))
    posts.push(post)
    if (post.status === 202) spans.push(...post.spans)
    for (const watch of watchers) watch()
    answer(now, request, response)
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const receiver: SpanReceiver = {
    port,
    url: `http://${host}:${port}/api/v2/spans`,
    posts,
    spans,
    behave(next) {
      behaviour = next
    },
    waitFor: (predicate, patience) =>
      waitUntil(
        () => predicate(receiver),
        watchers,
        () => `${posts.length} posts, ${spans.length} accepted spans`,
        patience,
      ),
    clear() {
      posts.length = 0
      spans.length = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return receiver
}

function statusOf(behaviour: ReceiverBehaviour): number | undefined {
  if (behaviour.kind === 'status') return behaviour.status
  return behaviour.kind === 'accept' || behaviour.kind === 'slow' ? 202 : undefined
}

function read(request: IncomingMessage, bytes: Buffer, status: number | undefined): ReceivedPost {
  let body = ''
  let spans: ZipkinSpan[] = []
  let problem: string | undefined
  try {
    const gzip = request.headers['content-encoding'] === 'gzip'
    body = (gzip ? gunzipSync(bytes) : bytes).toString('utf8')
    const value: unknown = JSON.parse(body)
    if (Array.isArray(value)) spans = value as ZipkinSpan[]
    else problem = 'not an array'
  } catch (error) {
    problem = String(error)
  }
  const path = request.url ?? ''
  return { path, headers: request.headers, wireBytes: bytes.length, body, spans, problem, status }
}

function answer(now: ReceiverBehaviour, request: IncomingMessage, response: ServerResponse): void {
  switch (now.kind) {
    case 'accept':
      response.writeHead(202).end()
      break
    case 'status':
      response.writeHead(now.status, now.headers).end()
      break
    case 'slow':
      setTimeout(() => response.writeHead(202).end(), now.delayMs).unref()
      break
    case 'reset':
      request.socket.destroy()
      break
    case 'black-hole':
      break
  }
}
