import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { acceptsGzip, headerValue, isBodyStream, type Reply, type Step } from '../../net/index.ts'
import type { BackendExchange } from '../exchange.ts'

const MIN_COMPRESSED_BYTES = 2048
const COMPRESSIBLE = /^(?:application\/json|text\/|image\/svg)/
/** Half the time of the default for nearly the same size. */
const LEVEL = 3

const compressBytes = promisify<Uint8Array, { level: number }, Buffer>(gzip)

/** Asks the route's handler and packs what it says if that is worth it and wanted. */
export const answer = (): Step<BackendExchange> => ({
  name: 'answer',
  enter(x) {
    const reply = x.handle(x)
    return reply instanceof Promise ? reply.then((late) => compress(x, late)) : compress(x, reply)
  },
})

function compress(x: BackendExchange, reply: Reply): Reply | Promise<Reply> {
  const { body } = reply
  if (body === undefined || isBodyStream(body)) return reply
  if (!COMPRESSIBLE.test(headerValue(reply.headers, 'content-type') ?? '')) return reply
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (bytes.length < MIN_COMPRESSED_BYTES) return reply
  const headers = [...reply.headers, 'Vary', 'Accept-Encoding']
  if (!acceptsGzip(x.request.headers)) return { status: reply.status, headers, body: bytes }
  return compressBytes(bytes, { level: LEVEL }).then((packed) => ({
    status: reply.status,
    headers: [...headers, 'Content-Encoding', 'gzip'],
    body: packed,
  }))
}
