import { type Readable, Transform } from 'node:stream'
import type { Middleware } from '../contract.ts'

/** The letters of ASCII: the body keeps its length, and may come in any pieces. */
export const uppercase: Middleware = {
  features: new Set(),
  handle({ body, ...request }) {
    if (body === undefined) return undefined
    return { request: { ...request, body: 'pipe' in body ? transform(body) : toUpper(body) } }
  },
  async [Symbol.asyncDispose]() {},
}

const toUpper = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte))

function transform(body: Readable): Readable {
  const changed = new Transform({
    transform: (chunk: Buffer, _, next) => next(null, toUpper(chunk)),
  })
  // Whoever reads it hears of the end; without a listener the event would end the process.
  changed.on('error', () => undefined)
  body.on('close', () => {
    if (!body.readableEnded) changed.destroy(new Error('the client left'))
  })
  return body.pipe(changed)
}
