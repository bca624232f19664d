import type { Clock } from '../../base/clock.ts'
import { codeOf, type Fault, messageOf } from '../../base/fault.ts'
import {
  apiFault,
  forwardableHeaders,
  limitBody,
  type Request,
  type Step,
  type Upstream,
  type UpstreamReply,
} from '../../net/index.ts'
import { CONTEXT_HEADERS, inject } from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import type { SidecarExchange, Target } from '../exchange.ts'
import { RELEASE_HEADER } from '../keep/release-header.ts'
import type { ReleasePeers } from '../keep/release-peers.ts'
import type { NameResolver } from '../names/name-resolver.ts'
import type { ContextWatch } from '../report/context-watch.ts'

export interface ForwardParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly peers: Upstream
  readonly names: NameResolver
  readonly releases: ReleasePeers
  readonly watch: Pick<ContextWatch, 'deliver'>
  readonly clock: Clock
  readonly hostName: string
  readonly maxBodyBytes: number
}

/** Ends the list: hands the request to the route's handler, to the app, to a peer, or to an external URL. */
export const forward = (parts: ForwardParts): Step<SidecarExchange> => ({
  name: 'forward',
  enter(x) {
    if (x.route?.handler !== undefined) return x.route.handler(x)
    if (x.target === undefined) throw new Error('forward reached without a target')
    return invoke(parts, x, x.target)
  },
  done(x) {
    x.release?.()
    x.served?.()
  },
})

async function invoke(parts: ForwardParts, x: SidecarExchange, target: Target) {
  const { request } = x
  let exceeded: Fault | undefined
  const outgoing = {
    method: request.method,
    target: target.kind === 'peer' ? peerPath(target) : target.path,
    headers: requestHeaders(parts, x, target),
    body:
      request.body !== undefined && request.contentLength === undefined
        ? limitBody(request.body, parts.maxBodyBytes, (fault) => {
            exceeded = fault
            x.onClientGone?.()
          })
        : request.body,
  }
  const onAbort = (abort: () => void): void => {
    x.onClientGone = abort
    if (exceeded !== undefined) abort()
  }
  if (target.kind === 'app') x.served = parts.watch.deliver(x)
  x.sentMs = parts.clock.elapsedMs()
  try {
    const { reply, release } = await SENDERS[target.kind](parts, x, target, outgoing, onAbort)
    x.answeredMs = parts.clock.elapsedMs()
    x.release = release
    return {
      status: reply.status,
      headers: forwardableHeaders(
        reply.headers,
        request.method === 'HEAD' ? isDroppedFromAny : isDroppedFromReply,
      ),
      body: reply.body,
    }
  } catch (error) {
    if (exceeded !== undefined) throw exceeded
    const code = codeOf(error) ?? ''
    if (!code.startsWith('UPSTREAM_')) throw error
    throw apiFault('ERR_DIRECT_INVOKE', { id: target.name, reason: reasonOf(error, target) }, error)
  }
}

interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Request['body']
}
type Sent = Promise<{ readonly reply: UpstreamReply; readonly release?: () => void }>
type Send = (
  parts: ForwardParts,
  x: SidecarExchange,
  target: Target,
  outgoing: Outgoing,
  onAbort: (abort: () => void) => void,
) => Sent

const SENDERS: Readonly<Record<Target['kind'], Send>> = {
  app: ({ app }, { request: { remoteAddress } }, _target, outgoing, onAbort) =>
    app.call({ ...outgoing, remoteAddress }, onAbort),
  external: async ({ peers }, _x, target, outgoing, onAbort) => ({
    reply: await peers.send(target.origin ?? '', outgoing, onAbort),
  }),
  peer: sendToPeer,
}

/** Dapr's built-in service retries: for a peer that takes no connection, not for answers of any kind. */
const RETRIES = 3
const RETRY_INTERVAL_MS = 1_000

async function sendToPeer(
  { names, peers, clock, releases }: ForwardParts,
  x: SidecarExchange,
  target: Target,
  outgoing: Outgoing,
  onAbort: (abort: () => void) => void,
): Sent {
  // A body of unknown length is streamed and never retried.
  const said = releases.toPeer(x)
  if (said !== undefined)
    outgoing = { ...outgoing, headers: [...outgoing.headers, RELEASE_HEADER, said] }
  const retries = x.request.contentLength === undefined ? 0 : RETRIES
  for (let attempt = 0; ; attempt++) {
    const origin = await names.resolve(target.name, target.namespace)
    if (origin === undefined)
      throw apiFault('ERR_DIRECT_INVOKE', {
        id: target.name,
        reason: `couldn't find service: ${target.name}`,
      })
    try {
      const reply = await peers.send(origin, outgoing, onAbort)
      if (said !== undefined) releases.fromPeer(x, origin, said, reply.headers)
      return { reply }
    } catch (error) {
      if (codeOf(error) !== 'UPSTREAM_REFUSED') throw error
      names.forget(origin)
      if (attempt >= retries)
        throw apiFault(
          'ERR_DIRECT_INVOKE',
          {
            id: target.name,
            reason: `failed to invoke target ${origin} after ${attempt} retries. Error: ${messageOf(error)}`,
          },
          error,
        )
      x.span?.event(`retry ${attempt + 1}: ${messageOf(error)}`)
      // Another instance is tried at once; the same one gets time to come up.
      const next = await names.resolve(target.name, target.namespace)
      if (next === undefined || next === origin) await pause(clock, onAbort)
    }
  }
}

/** @throws Fault `UPSTREAM_ABORTED` when the client leaves meanwhile */
const pause = (clock: Clock, onAbort: (abort: () => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(RETRY_INTERVAL_MS, resolve)
    onAbort(() => {
      cancel()
      reject(apiFault('ERR_BODY_READ', { reason: 'the client left' }))
    })
  })

/** Between sidecars the invoke form is spoken, so that the callee knows whom the caller means. */
const peerPath = (target: Target): string =>
  `/v1.0/invoke/${target.name}.${target.namespace}/method${target.path}`

const reasonOf = (error: unknown, target: Target): string =>
  target.kind === 'app'
    ? `the app does not answer: ${messageOf(error)}`
    : `the connection failed: ${messageOf(error)}`

/** Consumed here, or written anew below. */
const DROPPED_FROM_REQUEST: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'dapr-app-id',
  'dapr-api-token',
  RELEASE_HEADER,
])
/** Only a sidecar may say who calls whom. */
const IDENTITY_HEADERS: ReadonlySet<string> = new Set([
  'dapr-caller-app-id',
  'dapr-caller-namespace',
  'dapr-callee-app-id',
])
const BASIC_APP_ID = /^basic ZGFwci1hcHAtaWQ6/i

function requestHeaders(parts: ForwardParts, x: SidecarExchange, target: Target): string[] {
  const { span, request } = x
  const headers = forwardableHeaders(
    request.headers,
    (name) =>
      DROPPED_FROM_REQUEST.has(name) ||
      (target.kind === 'peer' && IDENTITY_HEADERS.has(name)) ||
      (span !== undefined && CONTEXT_HEADERS.has(name)),
  )
  // The Basic form names the app; it is no credential of the app's.
  for (let i = headers.length - 2; i >= 0; i -= 2)
    if (headers[i]?.toLowerCase() === 'authorization' && BASIC_APP_ID.test(headers[i + 1] ?? ''))
      headers.splice(i, 2)
  if (span !== undefined) inject(headers, span.context, x.incoming.baggage)
  if (target.kind !== 'peer') return headers
  const from = request.remoteAddress
  headers.push(
    'X-Forwarded-For',
    from,
    'X-Forwarded-Host',
    parts.hostName,
    'Forwarded',
    `for=${from.includes(':') ? `"[${from}]"` : from};by=${from.includes(':') ? `"[${from}]"` : from};host=${parts.hostName}`,
    'dapr-caller-app-id',
    parts.own.appId,
    'dapr-caller-namespace',
    parts.own.namespace,
    'dapr-callee-app-id',
    target.name,
  )
  return headers
}

/** gRPC's binary headers are not HTTP's. */
const isDroppedFromAny = (name: string): boolean => name === RELEASE_HEADER || name.endsWith('-bin')
/** The length is the server's to say, but for a body that never comes. */
const isDroppedFromReply = (name: string): boolean =>
  name === 'content-length' || isDroppedFromAny(name)
