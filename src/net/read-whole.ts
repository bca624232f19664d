import type { BodyStream } from './message.ts'

/** The whole of a small answer as text, or as much of it as `maxBytes`. Rejects when it breaks off. */
export function readWhole(body: BodyStream, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const finish = (): void => resolve(Buffer.concat(chunks).toString())
    body.pipe({
      write(chunk) {
        chunks.push(chunk)
        size += chunk.length
        if (size > maxBytes) {
          finish()
          body.cancel()
        }
        return true
      },
      end: finish,
      fail: reject,
    })
  })
}
