import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js'
import {
  type OtlpMetricsRequest,
  type OtlpMetricsResponse,
  type OtlpRequest,
  type OtlpResponse,
  otlpMetricsRequests,
  otlpMetricsResponses,
  otlpRequests,
  otlpResponses,
  serviceDefinitions,
} from './otlp-protos.ts'
import { type Patience, waitUntil } from './wait-until.ts'

/** How it answers from now on. */
export type OtlpBehaviour =
  | {
      readonly kind: 'accept'
      readonly partialSuccess?: (OtlpResponse & OtlpMetricsResponse)['partialSuccess']
    }
  /** HTTP answers with the status, gRPC with the code. */
  | {
      readonly kind: 'refuse'
      readonly status?: number
      readonly code?: number
      readonly headers?: Readonly<Record<string, string>>
      /** gRPC: of `google.rpc.Status`, for the trailer. */
      readonly details?: Buffer
      readonly message?: string
    }
  /** HTTP only: this text instead of a message, with status 200. */
  | { readonly kind: 'text'; readonly text: string }
  /** Reads and never answers. */
  | { readonly kind: 'black-hole' }

export interface ReceivedExport<T = OtlpRequest> {
  readonly headers: Readonly<Record<string, string>>
  readonly request: T
}

export interface OtlpReceiver extends AsyncDisposable {
  /** `127.0.0.1:PORT`, for `otel.endpointAddress`. */
  readonly address: string
  /** Of spans. */
  readonly exports: readonly ReceivedExport[]
  readonly metrics: readonly ReceivedExport<OtlpMetricsRequest>[]
  /** Calls that the caller has left before there was an answer. */
  readonly abandoned: number
  behave(behaviour: OtlpBehaviour): void
  waitFor(predicate: () => boolean, patience?: Patience): Promise<void>
}

export interface OtlpTls {
  readonly certFile: string
  readonly keyFile: string
}

interface Book {
  readonly exports: ReceivedExport[]
  readonly metrics: ReceivedExport<OtlpMetricsRequest>[]
  readonly watchers: Set<() => void>
  behaviour: OtlpBehaviour
  abandoned: number
}

/** A receiver made from OTLP's official files, on port 0. */
export async function startOtlpReceiver(
  protocol: 'http' | 'grpc',
  first: OtlpBehaviour = { kind: 'accept' },
  tls?: OtlpTls,
): Promise<OtlpReceiver> {
  const book: Book = {
    exports: [],
    metrics: [],
    watchers: new Set(),
    behaviour: first,
    abandoned: 0,
  }
  const { port, stop } = await (protocol === 'http' ? listenHttp(book, tls) : listenGrpc(book, tls))
  return {
    address: `127.0.0.1:${port}`,
    exports: book.exports,
    metrics: book.metrics,
    get abandoned() {
      return book.abandoned
    },
    behave(next) {
      book.behaviour = next
    },
    waitFor: (predicate, patience) =>
      waitUntil(
        predicate,
        book.watchers,
        () =>
          `${book.exports.length} exports, ${book.metrics.length} of metrics, ${book.abandoned} abandoned`,
        patience,
      ),
    [Symbol.asyncDispose]: stop,
  }
}

function note<T>(book: Book, into: ReceivedExport<T>[], received: ReceivedExport<T>): void {
  into.push(received)
  for (const watch of book.watchers) watch()
}

function abandon(book: Book): void {
  book.abandoned++
  for (const watch of book.watchers) watch()
}

async function listenHttp(book: Book, tls: OtlpTls | undefined) {
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    const isGzip = request.headers['content-encoding'] === 'gzip'
    response.on('close', () => {
      if (!response.writableEnded) abandon(book)
    })
    const body = isGzip ? gunzipSync(sent) : sent
    const headers = {
      ...(request.headers as Record<string, string>),
      ':path': request.url ?? '',
    }
    const isMetrics = request.url?.endsWith('/metrics')
    if (isMetrics) note(book, book.metrics, { headers, request: otlpMetricsRequests.decode(body) })
    else note(book, book.exports, { headers, request: otlpRequests.decode(body) })
    answerHttp(book.behaviour, response, isMetrics ? otlpMetricsResponses : otlpResponses)
  }
  const server =
    tls === undefined
      ? createServer(onRequest)
      : createTlsServer(
          { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
          onRequest,
        )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answerHttp(
  now: OtlpBehaviour,
  response: ServerResponse,
  codec: { encode(value: OtlpResponse & OtlpMetricsResponse): Buffer },
): void {
  if (now.kind === 'refuse') response.writeHead(now.status ?? 400, now.headers).end(now.message)
  if (now.kind === 'text') response.writeHead(200, { 'Content-Type': 'text/html' }).end(now.text)
  if (now.kind === 'accept')
    response
      .writeHead(200, { 'Content-Type': 'application/x-protobuf' })
      .end(codec.encode(responseOf(now)))
}

const responseOf = (now: OtlpBehaviour & { kind: 'accept' }): OtlpResponse & OtlpMetricsResponse =>
  now.partialSuccess === undefined ? {} : { partialSuccess: now.partialSuccess }

async function listenGrpc(book: Book, tls: OtlpTls | undefined) {
  const serviceOf = (name: string) =>
    `opentelemetry.proto.collector.${name}`
      .split('.')
      .reduce<unknown>(
        (level, part) => (level as Record<string, unknown>)[part],
        loadPackageDefinition(serviceDefinitions),
      ) as ServiceClientConstructor
  const exportInto = <T>(received: ReceivedExport<T>[]) => ({
    Export(
      call: { request: T; metadata: Metadata; on(event: string, done: () => void): void },
      done: sendUnaryData<OtlpResponse & OtlpMetricsResponse>,
    ) {
      call.on('cancelled', () => abandon(book))
      note(book, received, {
        headers: call.metadata.getMap() as Record<string, string>,
        request: call.request,
      })
      const now = book.behaviour
      if (now.kind === 'accept') done(null, responseOf(now))
      if (now.kind !== 'refuse') return
      const metadata = new Metadata()
      if (now.details !== undefined) metadata.set('grpc-status-details-bin', now.details)
      done({ code: now.code ?? 3, details: now.message ?? 'no', metadata })
    },
  })
  const server = new Server()
  server.addService(serviceOf('trace.v1.TraceService').service, exportInto(book.exports))
  server.addService(serviceOf('metrics.v1.MetricsService').service, exportInto(book.metrics))
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) },
        ])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return {
    port,
    async stop() {
      server.forceShutdown()
    },
  }
}
