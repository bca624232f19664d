import type { IncomingMessage } from 'node:http'
import type { Request } from './message.ts'

/** A dual-stack socket shows IPv4 callers in IPv6's clothes. */
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/

/** RFC 9112 3.2.2: a server must take the absolute form, too. It means the same. */
const AUTHORITY = /^https?:\/\/[^/?#]*/i

function toOriginForm(url: string): string {
  if (url.startsWith('/')) return url
  const target = url.replace(AUTHORITY, '')
  return target === url || target.startsWith('/') ? target : `/${target}`
}

/** Node's request as the record the steps work on. */
export function toRequest(req: IncomingMessage): Request {
  const target = toOriginForm(req.url ?? '/')
  const mark = target.indexOf('?')
  const length = req.headers['content-length']
  const chunked = req.headers['transfer-encoding'] !== undefined
  const contentLength = chunked ? undefined : length === undefined ? 0 : Number(length)
  return {
    method: req.method ?? 'GET',
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers: req.rawHeaders,
    body: contentLength === 0 ? undefined : req,
    contentLength,
    remoteAddress: req.socket.remoteAddress?.replace(MAPPED_IPV4, '') ?? '',
    remotePort: req.socket.remotePort ?? 0,
  }
}
