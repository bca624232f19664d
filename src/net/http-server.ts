import {
  createServer as createHttp,
  type Server as HttpListener,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttps, type Server as HttpsListener } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { codeOf, Fault, messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import { traceFields } from '../telemetry/index.ts'
import type { CertificateSource } from './certificate-source.ts'
import { watchHalfClosed } from './half-closed.ts'
import { headerValue } from './headers.ts'
import {
  isBodyStream,
  type Outcome,
  type Reply,
  type Request,
  STATUS_CLIENT_GONE,
} from './message.ts'
import { refuseConnect, refuseHead } from './refuse.ts'
import { type Exchange, finishSteps, runSteps, type Step } from './step.ts'
import { toRequest } from './to-request.ts'

export interface HttpServerOptions<X extends Exchange> {
  /** What the server is called in faults and logs, for example `API`. */
  readonly name: string
  readonly steps: readonly Step<X>[]
  readonly begin: (request: Request) => X
  /** Larger heads are refused with 431. */
  readonly maxHeaderBytes: number
  /** Called for heads that are refused before the first step: too large, malformed, too slow. */
  readonly onRefused: (status: number) => void
  readonly log: Logger
  /** Speaks HTTPS. A renewed certificate is for the connections that come; those that are open stay. */
  readonly tls?: CertificateSource
}

type Server = HttpListener | HttpsListener

export interface HttpServer {
  /**
   * Opens the same port on each address. Port 0 takes a free one, the same on all.
   * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`
   */
  listen(port: number, addresses: readonly string[]): Promise<number>
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>
}

/** daprd's ReadHeaderTimeout; a TLS handshake has as long. */
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than any client pool of ours keeps a connection, so that the client is the one who closes. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000
const TIMEOUT_CHECK_INTERVAL_MS = 1_000
/** Cloudflare's code for "no TLS handshake"; never sent, only counted. */
const STATUS_NO_HANDSHAKE = 525

export function createHttpServer<X extends Exchange>(options: HttpServerOptions<X>): HttpServer {
  const { tls } = options
  const servers: Server[] = []
  let closing = false
  const stopRenewal = tls?.onRenewed((now) => {
    for (const server of servers) (server as HttpsListener).setSecureContext(now)
  })

  const create = (): Server => {
    const bounds = {
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      noDelay: true,
    }
    const server: Server =
      tls === undefined
        ? createHttp(bounds)
        : createHttps({ ...bounds, ...tls.current(), handshakeTimeout: HEADERS_TIMEOUT_MS })
    // A handshake that failed leaves nobody to answer; Node would hand it on as a malformed head.
    server.removeAllListeners('tlsClientError').on('tlsClientError', (error, socket) => {
      // Who connects and leaves, a probe for example, has refused nothing.
      if (codeOf(error) !== 'ECONNRESET') options.onRefused(STATUS_NO_HANDSHAKE)
      socket.destroy()
    })
    // Not in the types: who ends its sending after a whole request still gets the answer.
    Object.assign(server, { httpAllowHalfOpen: true })
    server.on('request', (req, res) => {
      watchHalfClosed(req, res)
      if (closing) res.shouldKeepAlive = false
      // A connection whose request was running when the close began is idle only now.
      res.on('close', () => {
        if (closing) server.closeIdleConnections()
      })
      serve(options, req, res)
    })
    server.on('connect', (_, socket) => refuseConnect(socket as Socket, options.onRefused))
    server.on('clientError', (error, socket) =>
      refuseHead(error, socket as Socket, options.onRefused),
    )
    return server
  }

  return {
    async listen(port, addresses) {
      let bound = port
      for (const address of addresses) {
        const server = create()
        try {
          bound = await bind(server, bound, address, options.name)
          servers.push(server)
        } catch (error) {
          // A machine without IPv6 is served on the addresses it has.
          if (!address.includes(':') || !isWithoutFamily(error)) throw error
          if (address === '::') return this.listen(bound, ['0.0.0.0'])
        }
      }
      return bound
    },
    async close(graceMs) {
      closing = true
      stopRenewal?.()
      await Promise.all(servers.map((server) => closeServer(server, graceMs)))
    },
  }
}

const isWithoutFamily = (error: unknown): boolean =>
  error instanceof Fault && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error.cause) ?? '')

function bind(server: Server, port: number, host: string, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const place = `${host}:${port}`
      reject(
        codeOf(error) === 'EADDRINUSE'
          ? new Fault(
              'ERR_PORT_IN_USE',
              `the ${name} port ${place} is in use by another process; choose another port or stop that process`,
              { cause: error },
            )
          : new Fault('ERR_LISTEN', `cannot listen on ${place} (${name}): ${messageOf(error)}`, {
              cause: error,
            }),
      )
    })
    server.listen({ port, host, ipv6Only: host === '::1' }, () =>
      resolve((server.address() as AddressInfo).port),
    )
  })
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve()
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function serve<X extends Exchange>(
  options: HttpServerOptions<X>,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const x = options.begin(toRequest(req))
  let run: Awaited<ReturnType<typeof runSteps>> | undefined
  let responseBytes = 0
  let broken = false
  let cut = false

  res.on('close', () => {
    const outcome: Outcome = {
      status: run === undefined || cut ? STATUS_CLIENT_GONE : run.reply.status,
      responseBytes,
      aborted: broken || !res.writableFinished,
      broken,
    }
    if (run === undefined) x.onClientGone?.()
    else {
      if (outcome.aborted && isBodyStream(run.reply.body)) run.reply.body.cancel()
      finishSteps(options.steps, x, run.entered, outcome)
    }
  })

  const answer = (finished: typeof run & object): void => {
    run = finished
    // The client left while the steps were at work: nobody to answer, but the steps must be told.
    if (res.destroyed) {
      if (isBodyStream(finished.reply.body)) finished.reply.body.cancel()
      finishSteps(options.steps, x, finished.entered, {
        status: STATUS_CLIENT_GONE,
        responseBytes: 0,
        aborted: true,
        broken: false,
      })
      return
    }
    // Destroyed a moment ago: the close event, which tells the steps, is still on its way.
    if (req.socket.destroyed) {
      cut = true
      return
    }
    try {
      writeReply(req, res, finished.reply, {
        sent: (bytes) => {
          responseBytes += bytes
        },
        failed: () => {
          broken = true
        },
      })
    } catch (error) {
      giveUp(error)
    }
  }
  const giveUp = (error: unknown): void => {
    options.log.error('request failed outside every rescue', {
      server: options.name,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      ...traceFields(x.span),
    })
    res.destroy()
  }

  try {
    const running = runSteps(options.steps, x)
    if (running instanceof Promise) running.then(answer, giveUp)
    else answer(running)
  } catch (error) {
    giveUp(error)
  }
}

interface Progress {
  sent(bytes: number): void
  failed(): void
}

function writeReply(
  req: IncomingMessage,
  res: ServerResponse,
  reply: Reply,
  progress: Progress,
): void {
  const bodiless = req.method === 'HEAD' || reply.status === 204 || reply.status === 304
  const body = isBodyStream(reply.body) ? (reply.body.takeWhole() ?? reply.body) : reply.body
  if (isBodyStream(body)) {
    res.writeHead(reply.status, reply.headers as string[])
    if (bodiless) {
      body.cancel()
      res.end()
      return
    }
    res.on('drain', () => body.resume())
    body.pipe({
      write(chunk) {
        progress.sent(chunk.length)
        return res.write(chunk)
      },
      end: () => res.end(),
      fail() {
        progress.failed()
        res.destroy()
      },
    })
    // A source that is slow to its first byte must not keep the head waiting (server-sent events).
    res.flushHeaders()
    return
  }
  const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0)
  const headers = [...reply.headers]
  if (!bodiless && headerValue(headers, 'content-length') === undefined)
    headers.push('Content-Length', String(length))
  res.writeHead(reply.status, headers)
  if (body === undefined || bodiless) {
    res.end()
    return
  }
  progress.sent(length)
  // Node joins a head and a string into one write; a buffer would be a second one.
  if (typeof body === 'string') res.end(body)
  else if (length <= MAX_JOINED_BYTES) res.end(toLatin1(body), 'latin1')
  else res.end(body)
}

/** Beyond this, copying bytes into a string costs more than the write it saves. */
const MAX_JOINED_BYTES = 4_096

const toLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
