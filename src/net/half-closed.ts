import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long an answer may still take after its client has ended its own sending. */
const GRACE_MS = 250

/**
 * A client that ends its sending after a whole request may still want the answer (RFC 9112 9.6), yet one that
 * has left looks the same on the wire. So: an answer that is ready soon goes out, a longer one is given up,
 * as Go's server gives up every one, and what waits for it further on is told.
 */
export function watchHalfClosed(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  let timer: NodeJS.Timeout | undefined
  const ended = (): void => {
    timer = setTimeout(() => socket.destroy(), GRACE_MS).unref()
  }
  socket.once('end', ended)
  res.once('close', () => {
    socket.off('end', ended)
    clearTimeout(timer)
  })
}
