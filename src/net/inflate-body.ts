import { createGunzip } from 'node:zlib'
import { Fault } from '../base/fault.ts'

/**
 * Unpacks gzip and stops at the limit, so that a small message cannot fill the memory.
 *
 * @throws Fault `SPANS_MALFORMED` with Zipkin's words, `ERR_BODY_TOO_LARGE`
 */
export function inflateBody(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const gunzip = createGunzip()
    const chunks: Buffer[] = []
    let size = 0
    gunzip.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      gunzip.destroy()
      reject(
        new Fault('ERR_BODY_TOO_LARGE', `the request body inflates to more than ${maxBytes} bytes`),
      )
    })
    gunzip.on('end', () => resolve(Buffer.concat(chunks)))
    gunzip.on('error', (cause) =>
      reject(new Fault('SPANS_MALFORMED', 'Cannot gunzip spans', { cause })),
    )
    gunzip.end(body)
  })
}
