import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { codeOf, Fault } from '../base/fault.ts'
import { toErrorReply } from './api-fault.ts'
import type { Reply } from './message.ts'

/** What Node's parser reports, as status codes. Everything else is 400. */
const REFUSALS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers a head that Node's parser gave up on. Nothing of it reaches a step. */
export function refuseHead(
  error: Error,
  socket: Socket,
  onRefused: (status: number) => void,
): void {
  const code = codeOf(error)
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = REFUSALS[code ?? ''] ?? 400
  // A connection that was opened ahead of need and never used: nothing was refused.
  if (status === 408 && socket.bytesRead === 0) {
    socket.destroy()
    return
  }
  onRefused(status)
  socket.end(refusal(status, ''))
}

const NO_PROXY = new Fault(
  'ERR_API_UNIMPLEMENTED',
  'CONNECT is not supported: this is no forward proxy; name what you want by its path',
)

/** A tunnel would pass every step by. */
export function refuseConnect(socket: Socket, onRefused: (status: number) => void): void {
  const { status, body } = toErrorReply(NO_PROXY) as Reply & { readonly body: string }
  onRefused(status)
  socket.on('error', () => socket.destroy())
  socket.end(refusal(status, body))
}

const refusal = (status: number, body: string): string =>
  `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${
    body === '' ? '' : 'Content-Type: application/json\r\n'
  }Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
