import { Fault, messageOf } from '../base/fault.ts'
import { VERSION } from '../base/version.ts'
import { createUpstream, type UpstreamReply } from '../net/index.ts'

export interface BackendAnswer {
  readonly status: number
  readonly body: string
}

/** Of an answer; traces of thousands of spans are the largest. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 5_000

export interface BackendQuestion {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  /** YAML. */
  readonly body?: string
}

/**
 * One untraced request to a backend.
 *
 * @param url of the backend, for example `http://localhost:9411`
 * @throws Fault `BACKEND_URL`, `BACKEND_UNREACHABLE`
 */
export async function askBackend(
  url: string,
  { method, path, body }: BackendQuestion,
): Promise<BackendAnswer> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Fault(
      'BACKEND_URL',
      `--backend needs a URL such as http://localhost:9411, not ${url}`,
    )
  const { origin, pathname } = new URL(url)
  const upstream = createUpstream({
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    keepAliveMs: 1,
    maxHeaderBytes: 65_536,
    verifyTls: true,
  })
  try {
    const reply = await upstream.send(
      origin,
      {
        method,
        target: `${pathname.replace(/\/$/, '')}${path}`,
        headers: [
          ...['User-Agent', `sidelight/${VERSION}`],
          ...(body === undefined ? [] : ['Content-Type', 'application/yaml']),
        ],
        body: body === undefined ? undefined : Buffer.from(body),
      },
      () => undefined,
    )
    return { status: reply.status, body: await readText(reply) }
  } catch (cause) {
    throw new Fault(
      'BACKEND_UNREACHABLE',
      `no trace backend answers at ${origin} (${messageOf(cause)}); start one with sidelight backend, or name it with --backend`,
      { cause },
    )
  } finally {
    await upstream.close()
  }
}

const readText = ({ body }: UpstreamReply): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    body.pipe({
      write(chunk) {
        size += chunk.length
        if (size > MAX_ANSWER_BYTES) {
          body.cancel()
          reject(new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`))
        } else chunks.push(chunk)
        return true
      },
      end: () => resolve(Buffer.concat(chunks).toString()),
      fail: reject,
    })
  })
