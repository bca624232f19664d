import { PassThrough } from 'node:stream'
import type { Request } from '../../../src/net/index.ts'

/** A request whose body the test writes. `announced` = its Content-Length; absent for chunked. */
export function requestWithBody(announced?: number): { request: Request; body: PassThrough } {
  const body = new PassThrough()
  return {
    body,
    request: {
      method: 'POST',
      target: '/',
      path: '/',
      query: '',
      headers: [],
      body,
      contentLength: announced,
      remoteAddress: '127.0.0.1',
      remotePort: 1,
    },
  }
}
