import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An app of the test's own process. */
export interface AppServer {
  readonly port: number
  /** What came before waits until now. */
  serve(listener: RequestListener): void
  close(): Promise<void>
}

/** Listens on a free port of loopback. A sidecar wants to know the port, and an app its sidecar: so requests wait. */
export async function startAppServer(): Promise<AppServer> {
  let serve: (listener: RequestListener) => void = () => undefined
  const served = new Promise<RequestListener>((resolve) => {
    serve = resolve
  })
  let listener: RequestListener | undefined
  void served.then((made) => {
    listener = made
  })
  const server = createServer((req, res) => {
    if (listener === undefined) void served.then((made) => made(req, res))
    else listener(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    serve,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
