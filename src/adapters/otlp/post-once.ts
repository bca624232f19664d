import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** One answer, whole. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly retryAfter: string | undefined
  /** Its beginning: a longer answer is no answer to an export. */
  readonly body: Uint8Array
}

const compress = promisify(gzip)
const MAX_ANSWER_BYTES = 65_536

/** One POST, without a second attempt. Rejects when nobody answers and when the signal fires. */
export async function postOnce(
  open: (options: RequestOptions) => ClientRequest,
  body: Uint8Array,
  zip: boolean,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const bytes = zip ? await compress(body) : body
  return new Promise((resolve, reject) => {
    const request = open({ method: 'POST', signal })
    request.setHeader('Content-Length', bytes.length)
    if (zip) request.setHeader('Content-Encoding', 'gzip')
    request.on('error', reject)
    request.on('response', (response) => readAnswer(response).then(resolve, reject))
    request.end(bytes)
  })
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    if (size <= MAX_ANSWER_BYTES) chunks.push(chunk as Buffer)
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    retryAfter: response.headers['retry-after'],
    body: Buffer.concat(chunks),
  }
}
