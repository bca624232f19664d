import { type Readable, Transform } from 'node:stream'
import { apiFault } from './api-fault.ts'

/** Passes a body of unknown length on and breaks it off, with `ERR_BODY_TOO_LARGE`, once it is too long. */
export function limitBody(body: Readable, maxBytes: number): Readable {
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, next) {
      size += chunk.length
      if (size > maxBytes) next(apiFault('ERR_BODY_TOO_LARGE', { limit: maxBytes }))
      else next(null, chunk)
    },
  })
  body.on('error', (error) => counted.destroy(error))
  body.on('close', () => {
    if (!body.readableEnded) counted.destroy(new Error('the client left'))
  })
  return body.pipe(counted)
}
