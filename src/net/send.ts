import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { headerValue } from './headers.ts'
import type { RawHeaders } from './message.ts'
import { readBytes, readWhole } from './read-whole.ts'
import { createUpstream, type UpstreamReply } from './upstream/index.ts'

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
  /**
   * The text of a small answer, for programs that ask one another whether they are there.
   *
   * @param maxBytes what comes behind is not read; default 64 KiB
   */
  get(url: string, signal: AbortSignal, maxBytes?: number): Promise<string>
  /** A whole answer with what tells how to read it. */
  read(
    url: string,
    signal: AbortSignal,
    options: { readonly accept: string; readonly maxBytes: number },
  ): Promise<ReadResult>
  close(): Promise<void>
}

/** An answer that was asked for. */
export interface ReadResult {
  readonly status: number
  readonly contentType: string | undefined
  readonly text: string
  /** Otherwise the text is the answer's first `maxBytes`. */
  readonly isWhole: boolean
}

const compress = promisify(gzip)
const GZIP_FROM_BYTES = 1024
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
/** Of an answer; what comes behind is not read. */
const MAX_ANSWER_BYTES = 65_536

export function createSender(options: { readonly userAgent: string }): Sender {
  const upstream = createUpstream({
    connectTimeoutMs: 5_000,
    keepAliveMs: 4_000,
    maxHeaderBytes: 65_536,
    verifyTls: true,
  })
  const call = (
    method: string,
    url: URL,
    headers: RawHeaders,
    body: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<UpstreamReply> =>
    upstream.send(
      url.origin,
      {
        method,
        target: `${url.pathname}${url.search}`,
        headers: ['User-Agent', options.userAgent, ...basicAuthorization(url), ...headers],
        body,
      },
      (abort) => {
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort, { once: true })
      },
    )
  return {
    async post(url, contentType, body, signal, headers = {}) {
      const target = new URL(url)
      // Over loopback bytes are free and CPU is not.
      const zip = body.length >= GZIP_FROM_BYTES && !LOOPBACK.test(target.hostname)
      const bytes = zip ? await compress(body, { level: 1 }) : Buffer.from(body)
      const reply = await call(
        'POST',
        target,
        [
          'Content-Type',
          contentType,
          ...(zip ? ['Content-Encoding', 'gzip'] : []),
          ...Object.entries(headers).flat(),
        ],
        bytes,
        signal,
      )
      await readWhole(reply.body, MAX_ANSWER_BYTES)
      const retryAfterMs = parseRetryAfter(headerValue(reply.headers, 'retry-after'))
      return { status: reply.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    },
    async get(url, signal, maxBytes = MAX_ANSWER_BYTES) {
      const reply = await call('GET', new URL(url), [], undefined, signal)
      return readWhole(reply.body, maxBytes)
    },
    async read(url, signal, { accept, maxBytes }) {
      const { status, headers, body } = await call(
        'GET',
        new URL(url),
        ['Accept', accept],
        undefined,
        signal,
      )
      const { bytes, isWhole } = await readBytes(body, maxBytes)
      const contentType = headerValue(headers, 'content-type')
      return { status, contentType, text: bytes.toString(), isWhole }
    },
    close: () => upstream.close(),
  }
}

/** User and password of a URL belong into a header, and into no error message. */
const basicAuthorization = ({ username, password }: URL): string[] =>
  username === ''
    ? []
    : [
        'Authorization',
        `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      ]

const MAX_RETRY_AFTER_MS = 60_000

/** Seconds only: the date form needs clocks that agree. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined
  return Math.min(Number(value) * 1000, MAX_RETRY_AFTER_MS)
}
