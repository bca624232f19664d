import { type Readable, Transform } from 'node:stream'
import type { Fault } from '../base/fault.ts'
import { apiFault } from './api-fault.ts'

/**
 * Passes a body of unknown length on. Once it is longer than `maxBytes` it breaks off and `onExceeded` is told,
 * since whoever reads the body may not have begun to listen.
 */
export function limitBody(
  body: Readable,
  maxBytes: number,
  onExceeded: (fault: Fault) => void,
): Readable {
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, next) {
      size += chunk.length
      if (size <= maxBytes) return next(null, chunk)
      const fault = apiFault('ERR_BODY_TOO_LARGE', { limit: maxBytes })
      onExceeded(fault)
      next(fault)
    },
  })
  // Told by `onExceeded`; without a listener the event would end the process.
  counted.on('error', () => undefined)
  body.on('close', () => {
    if (!body.readableEnded) counted.destroy(new Error('the client left'))
  })
  return body.pipe(counted)
}
