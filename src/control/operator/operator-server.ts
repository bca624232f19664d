import type { Clock } from '../../base/clock.ts'
import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import {
  type CertificateSource,
  createHttpServer,
  type Exchange,
  type HttpServer,
  headerValue,
  type Reply,
  type Request,
  rescue,
} from '../../net/index.ts'
import { STREAM_PATH } from '../../wire/operator-stream.ts'
import type { Authenticate } from './authenticate.ts'
import { createStreamBody } from './stream-body.ts'
import type { StreamHub } from './stream-hub.ts'

export interface OperatorServerDeps {
  readonly hub: StreamHub
  readonly authenticate: Authenticate
  readonly isLeader: () => boolean
  readonly certificate: CertificateSource
  readonly clock: Clock
  readonly log: Logger
  readonly onRefused: (status: number) => void
}

const MAX_HEADER_BYTES = 32 * 1024

/** What sidecars connect to. 401 without a valid token, 404, 405, 503 on who does not lead; else the stream. */
export const createOperatorServer = (deps: OperatorServerDeps): HttpServer =>
  createHttpServer<Exchange>({
    name: 'operator',
    steps: [
      rescue(
        deps.log,
        (_, error) => refusalOf(error, deps.onRefused),
        refusal(500, 'internal error'),
      ),
      { name: 'stream', enter: ({ request }) => stream(request, deps) },
    ],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: MAX_HEADER_BYTES,
    tls: deps.certificate,
    onRefused: deps.onRefused,
    log: deps.log,
  })

async function stream(
  { method, path, headers, body }: Request,
  { hub, authenticate, isLeader, log }: OperatorServerDeps,
): Promise<Reply> {
  if (path !== STREAM_PATH) throw new Fault('ERR_NOT_FOUND', `there is ${STREAM_PATH} only`)
  if (method !== 'POST' || body === undefined)
    throw new Fault('ERR_METHOD', 'a stream is a POST whose body stays open')
  // Another replica has the label of the leader in a moment.
  if (!isLeader()) throw notLeading()
  const token = /^Bearer (\S+)$/i.exec(headerValue(headers, 'authorization') ?? '')?.[1]
  const pod = await authenticate(token)
  if (!isLeader()) throw notLeading()
  const reply = createStreamBody({
    onDrain: () => session.drained(),
    onGone: () => hub.close(session),
  })
  const session = hub.open(pod, {
    write: reply.write,
    end() {
      reply.end()
      body.destroy()
    },
  })
  log.debug('a sidecar is connected', { namespace: pod.namespace, pod: pod.name })
  body.setEncoding('utf8')
  body.on('data', (part: string) => session.receive(part))
  body.on('error', () => hub.close(session))
  body.on('close', () => {
    hub.close(session)
    reply.end()
  })
  return { status: 200, headers: ['Content-Type', 'application/x-ndjson'], body: reply }
}

const notLeading = (): Fault =>
  new Fault('ERR_NOT_LEADER', 'another replica serves sidecars; try again', { retryable: true })

const STATUS: Readonly<Record<string, number>> = {
  ERR_UNAUTHENTICATED: 401,
  ERR_NOT_FOUND: 404,
  ERR_METHOD: 405,
  ERR_NOT_LEADER: 503,
}

/** What the API server could not say now is asked for again. */
function refusalOf(error: unknown, onRefused: (status: number) => void): Reply | undefined {
  const code = codeOf(error)
  const status = code?.startsWith('ERR_KUBE') ? 503 : STATUS[code ?? '']
  if (status === undefined) return undefined
  onRefused(status)
  return refusal(
    status,
    status === 503 && code !== 'ERR_NOT_LEADER'
      ? 'the API server does not answer'
      : messageOf(error),
  )
}

const refusal = (status: number, message: string): Reply => ({
  status,
  headers: ['Content-Type', 'application/json'],
  body: JSON.stringify({ message }),
})
