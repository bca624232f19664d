import type { IncomingMessage, RequestOptions } from 'node:http'

type Env = Readonly<Record<string, string | undefined>>

/** What the sidecar says of sampling: the Configuration in force, without where spans go. */
export interface Sampling {
  readonly enabled: boolean
  /** Of requests that nobody has decided about, from 0 to 1. */
  readonly rate: number
  /** Whether spans of unsampled requests are worth sending: their trace may be kept for its end. */
  readonly keep: boolean
}

export interface Place {
  readonly port: number
  readonly path: string
}

export interface SidecarLink {
  /** For example `http://127.0.0.1:3500`. */
  readonly origin: string
  /** The API token, if there is one. */
  readonly headers: Readonly<Record<string, string>>
  /** As it was said last. Nothing that the app begins itself is sampled before. */
  sampling(): Sampling
  begin(): void
  stop(): void
}

/** Node's own function, taken before anybody instruments it: what is said here is no call of the app. */
export type RawRequest = (
  options: RequestOptions,
  onAnswer: (answer: IncomingMessage) => void,
) => import('node:http').ClientRequest

const FIRST_MS = 250
const EACH_MS = 5_000
const TIMEOUT_MS = 2_000
const MAX_ANSWER = 4_096

/** Dapr's names. @see dapr `sdk`: DAPR_HTTP_ENDPOINT before DAPR_HTTP_PORT */
export function sidecarOrigin(env: Env): string {
  const { DAPR_HTTP_ENDPOINT: endpoint = '', DAPR_HTTP_PORT: port = '' } = env
  return URL.canParse(endpoint)
    ? new URL(endpoint).origin
    : `http://127.0.0.1:${/^\d{1,5}$/.test(port) ? port : 3500}`
}

/** Tells the sidecar where the app has metrics, and hears how to sample, again and again: either may begin anew. */
export function linkSidecar(
  env: Env,
  request: RawRequest,
  metrics: () => Place | undefined,
): SidecarLink {
  const url = new URL('/sidelight/v1/app', sidecarOrigin(env))
  const headers: Record<string, string> =
    env.DAPR_API_TOKEN === undefined || env.DAPR_API_TOKEN === ''
      ? {}
      : { 'dapr-api-token': env.DAPR_API_TOKEN }
  let sampling: Sampling = { enabled: true, rate: 0, keep: false }
  let delayMs = FIRST_MS
  let timer: NodeJS.Timeout | undefined

  const later = (isAnswered: boolean): void => {
    delayMs = isAnswered ? EACH_MS : Math.min(EACH_MS, delayMs * 2)
    timer = setTimeout(say, delayMs).unref()
  }
  const say = (): void => {
    let isAnswered = false
    const sent = request(
      {
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname,
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/json' },
        timeout: TIMEOUT_MS,
        agent: false,
      },
      (answer) => {
        isAnswered = true
        let text = ''
        answer
          .setEncoding('utf8')
          .on('data', (part: string) => {
            text += part
            if (text.length > MAX_ANSWER) sent.destroy()
          })
          .on('close', () => {
            const heard = answer.statusCode === 200 ? parseSampling(text) : undefined
            sampling = heard ?? sampling
            later(heard !== undefined)
          })
          .on('error', () => undefined)
      },
    )
    // No sidecar yet, or none any more.
    sent
      .on('error', () => isAnswered || later(false))
      .on('timeout', () => sent.destroy())
      .on('socket', (socket) => socket.unref())
    sent.end(JSON.stringify({ metrics: metrics() }))
  }
  return {
    origin: url.origin,
    headers,
    sampling: () => sampling,
    begin: say,
    stop: () => clearTimeout(timer),
  }
}

/** @returns `undefined` for what a sidecar of ours would not say */
export function parseSampling(text: string): Sampling | undefined {
  try {
    const { enabled, rate, keep } = JSON.parse(text).sampling
    return typeof enabled === 'boolean' && typeof rate === 'number' && typeof keep === 'boolean'
      ? { enabled, rate, keep }
      : undefined
  } catch {
    return undefined
  }
}
