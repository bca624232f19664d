import { Fault } from '../base/fault.ts'
import type { Request } from './message.ts'

/**
 * The whole body of a request in memory.
 *
 * @throws Fault `ERR_BODY_TOO_LARGE` as soon as more than `maxBytes` are announced or have come,
 * `ERR_BODY_READ` when the client leaves before the end
 */
export function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const { body, contentLength } = request
  if (body === undefined) return Promise.resolve(new Uint8Array())
  if (contentLength !== undefined && contentLength > maxBytes)
    return Promise.reject(tooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    body.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        // The rest is read and thrown away by the server when it answers.
        body.removeAllListeners('data')
        reject(tooLarge(maxBytes))
      }
    })
    body.on('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    )
    body.on('error', (cause) =>
      reject(new Fault('ERR_BODY_READ', 'failed to read request body', { cause })),
    )
    body.on('close', () => {
      if (!body.readableEnded)
        reject(
          new Fault(
            'ERR_BODY_READ',
            'failed to read request body: the client closed the connection',
          ),
        )
    })
  })
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('ERR_BODY_TOO_LARGE', `the request body is larger than ${maxBytes} bytes`)
