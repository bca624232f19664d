import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Agent, request } from 'undici'

/** One answer of a telemetry receiver. */
export interface SendResult {
  readonly status: number
  readonly retryAfterMs?: number
}

/** POSTs telemetry: untraced, so that exporting spans makes no spans; gzip for bodies that cross a network. */
export interface Sender {
  post(
    url: string,
    contentType: string,
    body: string,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<SendResult>
  close(): Promise<void>
}

const compress = promisify(gzip)
const GZIP_FROM_BYTES = 1024
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export function createSender(options: { readonly userAgent: string }): Sender {
  const agent = new Agent({ connections: 2, connect: { timeout: 5_000 } })
  return {
    async post(url, contentType, body, signal, headers = {}) {
      const target = new URL(url)
      const authorization = basicAuthorization(target)
      // Over loopback bytes are free and CPU is not.
      const zip = body.length >= GZIP_FROM_BYTES && !LOOPBACK.test(target.hostname)
      const response = await request(target, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'content-type': contentType,
          'user-agent': options.userAgent,
          ...(zip ? { 'content-encoding': 'gzip' } : {}),
          ...(authorization === undefined ? {} : { authorization }),
          ...headers,
        },
        body: zip ? await compress(body, { level: 1 }) : body,
        signal,
      })
      await response.body.dump()
      const retryAfterMs = parseRetryAfter(response.headers['retry-after'])
      return {
        status: response.statusCode,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }
    },
    close: () => agent.destroy(),
  }
}

/** Takes user and password out of the URL: they belong into a header, and into no error message. */
function basicAuthorization(url: URL): string | undefined {
  if (url.username === '') return undefined
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

const MAX_RETRY_AFTER_MS = 60_000

/** Seconds only: the date form needs clocks that agree. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return undefined
  return Math.min(Number(value) * 1000, MAX_RETRY_AFTER_MS)
}

/** One small GET, for programs that ask one another whether they are there. Rejects when nobody answers in time. */
export async function getText(url: string, timeoutMs: number): Promise<string> {
  const response = await request(url, { signal: AbortSignal.timeout(timeoutMs) })
  return response.body.text()
}
