import type { Clock } from '../../base/clock.ts'
import { codeOf, type Fault, messageOf } from '../../base/fault.ts'
import {
  apiFault,
  forwardableHeaders,
  limitBody,
  type Request,
  readBody,
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
import type { Failure, Guard, Outcome } from '../resiliency/guard.ts'
import type { Policies } from '../resiliency/policies.ts'
import { retryDelays } from '../resiliency/retry-delays.ts'

export interface ForwardParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly peers: Upstream
  readonly names: NameResolver
  readonly releases: ReleasePeers
  /** Absent on the callee's side: the caller's sidecar stands for its policies. */
  readonly policies: Pick<Policies, 'forApp' | 'builtInRetry'> | undefined
  readonly random: () => number
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
  const guard = parts.policies?.forApp(target.id, target.method)
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
        : guard?.retries && request.body !== undefined
          ? await readBody(request, parts.maxBodyBytes)
          : request.body,
  }
  const onAbort = (abort: () => void): void => {
    x.onClientGone = abort
    if (exceeded !== undefined) abort()
  }
  if (target.kind === 'app') x.served = parts.watch.deliver(x)
  x.sentMs = parts.clock.elapsedMs()
  try {
    const send = SENDERS[target.kind]
    const { reply, release } =
      guard === undefined
        ? await send(parts, x, target, outgoing, onAbort)
        : await guarded(guard, x, onAbort, (onGivenUp) =>
            send(parts, x, target, outgoing, onGivenUp),
          )
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
    if (POLICY_FAULTS.has(code))
      throw apiFault('ERR_DIRECT_INVOKE', { id: target.id, reason: messageOf(error) }, error)
    if (!code.startsWith('UPSTREAM_')) throw error
    throw apiFault('ERR_DIRECT_INVOKE', { id: target.name, reason: reasonOf(error, target) }, error)
  }
}

const POLICY_FAULTS: ReadonlySet<string> = new Set([
  'RESILIENCY_TIMEOUT',
  'BREAKER_OPEN',
  'BREAKER_BUSY',
])

/** An answer that is no success counts as a failure; the last one goes on to the client as it came. */
const guarded = (
  guard: Guard,
  { span, request }: SidecarExchange,
  onAbort: (abort: () => void) => void,
  attempt: (onAbort: (abort: () => void) => void) => Sent,
): Sent =>
  guard.run({
    span,
    attempt,
    onAbort,
    failureOf(outcome) {
      const failure = failureOf(outcome)
      // A body of unknown length is gone with the first attempt.
      return request.contentLength === undefined && failure
        ? { ...failure, isFinal: true }
        : failure
    },
    discard({ reply, release }) {
      reply.body.cancel()
      release?.()
    },
  })

function failureOf(outcome: Outcome<Awaited<Sent>>): Failure | undefined {
  if (!outcome.ok) return { reason: codeOf(outcome.error) ?? 'failed' }
  const { status } = outcome.value.reply
  return status >= 200 && status <= 399 ? undefined : { reason: `${status}`, httpStatus: status }
}

interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Request['body'] | Uint8Array
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

/** Dapr's built-in service retries are for a peer that takes no connection, not for answers of any kind. */
async function sendToPeer(
  { names, peers, clock, releases, policies, random }: ForwardParts,
  x: SidecarExchange,
  target: Target,
  outgoing: Outgoing,
  onAbort: (abort: () => void) => void,
): Sent {
  // A body of unknown length is streamed and never retried.
  const said = releases.toPeer(x)
  if (said !== undefined)
    outgoing = { ...outgoing, headers: [...outgoing.headers, RELEASE_HEADER, said] }
  let delays: ReturnType<typeof retryDelays> | undefined
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
      if (attempt === 0 && x.request.contentLength !== undefined) {
        const retry = policies?.builtInRetry(target.id)
        const startMs = clock.elapsedMs()
        delays = retry && retryDelays(retry, random, () => clock.elapsedMs() - startMs)
      }
      const delayMs = delays?.next().value
      if (delayMs === undefined)
        throw apiFault(
          'ERR_DIRECT_INVOKE',
          {
            id: target.name,
            reason: `failed to invoke target ${origin} after ${attempt} retries. Error: ${messageOf(error)}`,
          },
          error,
        )
      // Another instance is tried at once; the same one gets time to come up.
      const next = await names.resolve(target.name, target.namespace)
      const isSame = next === undefined || next === origin
      x.span?.event('retry', {
        attempt: attempt + 1,
        delay_ms: isSame ? Math.round(delayMs) : 0,
        reason: 'UPSTREAM_REFUSED',
      })
      if (isSame) await pause(clock, delayMs, onAbort)
    }
  }
}

/** @throws Fault `UPSTREAM_ABORTED` when the client leaves meanwhile */
const pause = (
  clock: Clock,
  delayMs: number,
  onAbort: (abort: () => void) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(delayMs, resolve)
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
