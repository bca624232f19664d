import type { BodyStream } from './message.ts'

/** An answer's body, or as much of it as `maxBytes`. Rejects when it breaks off. */
export function readBytes(
  body: BodyStream,
  maxBytes: number,
): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const finish = (isWhole: boolean): void => resolve({ bytes: Buffer.concat(chunks), isWhole })
    body.pipe({
      write(chunk) {
        size += chunk.length
        if (size > maxBytes) {
          chunks.push(chunk.subarray(0, chunk.length - (size - maxBytes)))
          finish(false)
          body.cancel()
        } else chunks.push(chunk)
        return true
      },
      end: () => finish(true),
      fail: reject,
    })
  })
}

/** The whole of a small answer as text, or as much of it as `maxBytes`. Rejects when it breaks off. */
export const readWhole = async (body: BodyStream, maxBytes: number): Promise<string> =>
  (await readBytes(body, maxBytes)).bytes.toString()
