import { createServer, type TLSSocket } from 'node:tls'

/** Told to the bare server: write a line of so many bytes to everybody. */
export interface BareWrite {
  readonly bytes: number
}
/** Told by it: listening; or everybody has answered. */
export type BareSays = { readonly port: number } | { readonly answeredMs: number }

const say = (what: BareSays): void => void process.send?.(what)

/** The floor: what a stream costs that keeps nothing and checks nothing. */
const sockets = new Set<TLSSocket>()
let awaited = 0
let begunMs = 0
const server = createServer(
  { key: process.env.BARE_KEY ?? '', cert: process.env.BARE_CERT ?? '' },
  (socket) => {
    sockets.add(socket)
    socket.setEncoding('utf8').on('data', (part: string) => {
      if (part.startsWith('hello')) socket.write('first\n')
      else if (--awaited === 0) say({ answeredMs: performance.now() - begunMs })
    })
    socket.once('close', () => sockets.delete(socket))
  },
)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) say({ port: address.port })
})
process.on('message', ({ bytes }: BareWrite) => {
  const line = `${'x'.repeat(bytes)}\n`
  awaited = sockets.size
  begunMs = performance.now()
  for (const socket of sockets) socket.write(line)
})
process.once('disconnect', () => process.exit())
