import { codeOf, Fault } from '../../base/fault.ts'
import { headerValue } from '../headers.ts'
import { Connection, type ConnectionOwner } from './connection.ts'
import type { UpstreamOptions, UpstreamReply, UpstreamRequest } from './upstream-request.ts'

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

interface Idle {
  readonly connection: Connection
  readonly untilMs: number
}

/**
 * One exchange at a time on a connection, the connection used last first: no pipelining, which would let one slow
 * answer hold up others. Written by hand since it is half of the sidecar's own work: see test/bench/README.md.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const idle = new Map<string, Idle[]>()
  const open = new Set<Connection>()
  let sweep: NodeJS.Timeout | undefined

  const owner: ConnectionOwner = {
    idle(connection, keepAliveMs) {
      const list = idle.get(connection.origin) ?? []
      list.push({ connection, untilMs: performance.now() + keepAliveMs })
      idle.set(connection.origin, list)
      sweep ??= setInterval(closeStale, SWEEP_MS).unref()
    },
    closed(connection) {
      open.delete(connection)
      const list = idle.get(connection.origin)
      const at = list?.findIndex((entry) => entry.connection === connection) ?? -1
      if (at !== -1) list?.splice(at, 1)
    },
  }
  const closeStale = (): void => {
    const nowMs = performance.now()
    for (const [origin, list] of idle) {
      for (const { connection, untilMs } of [...list]) if (untilMs <= nowMs) connection.close()
      if (list.length === 0) idle.delete(origin)
    }
  }
  const take = (origin: string): Connection => {
    const list = idle.get(origin)
    for (let entry = list?.pop(); entry !== undefined; entry = list?.pop()) {
      if (entry.untilMs > performance.now()) return entry.connection
      entry.connection.close()
    }
    const connection = new Connection(origin, options, owner)
    open.add(connection)
    return connection
  }

  return {
    async send(origin, request, onAbort) {
      const { head, isChunked } = formatHead(origin, request)
      for (;;) {
        const connection = take(origin)
        const { isReused } = connection
        onAbort(() => connection.abort())
        try {
          return await connection.send(request.method, head, request.body, isChunked)
        } catch (error) {
          // A kept connection that the server closed just as it was used. Go's client tries again here, too.
          const isStale = isReused && codeOf(error) === 'UPSTREAM_BROKEN'
          if (!isStale || !isReplayable(request)) throw error
        }
      }
    },
    async close() {
      clearInterval(sweep)
      for (const connection of open) connection.close()
      idle.clear()
    },
  }
}

const SWEEP_MS = 1_000
const REPLAYABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const isReplayable = (request: UpstreamRequest): boolean =>
  request.body === undefined && REPLAYABLE.has(request.method)

/** Methods for which a server expects a body, and so a length when there is none. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
/** Everything but tab, printable ASCII and latin1: a line feed here would be another header. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/
const UNSAFE_TARGET = /[^\x21-\x7e\x80-\xff]/

/** @throws Fault `UPSTREAM_REFUSED` for a header or target that cannot be sent */
function formatHead(
  origin: string,
  { method, target, headers, body }: UpstreamRequest,
): { head: string; isChunked: boolean } {
  if (UNSAFE_TARGET.test(target)) throw new Fault('UPSTREAM_REFUSED', 'the path cannot be sent')
  let head = `${method} ${target} HTTP/1.1\r\nHost: ${origin.slice(origin.indexOf('//') + 2)}\r\n`
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] as string
    if (UNSAFE.test(value))
      throw new Fault('UPSTREAM_REFUSED', `the header ${headers[i]} cannot be sent`)
    head += `${headers[i]}: ${value}\r\n`
  }
  const isMeasured = headerValue(headers, 'content-length') !== undefined
  const isStream = body !== undefined && !(body instanceof Uint8Array)
  const isChunked = isStream && !isMeasured
  if (isChunked) head += 'Transfer-Encoding: chunked\r\n'
  else if (!isMeasured && body instanceof Uint8Array) head += `Content-Length: ${body.length}\r\n`
  else if (!isMeasured && WITH_BODY.has(method)) head += 'Content-Length: 0\r\n'
  return { head: `${head}Connection: keep-alive\r\n\r\n`, isChunked }
}
