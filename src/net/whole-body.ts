import { BodyBuffer } from './body-buffer.ts'
import type { BodyStream } from './message.ts'

/** A body that is here already, for whoever takes streams. */
export function wholeBody(bytes: Uint8Array): BodyStream {
  const nothing = (): void => undefined
  const body = new BodyBuffer(nothing, nothing)
  body.push(bytes)
  body.finish()
  return body
}
