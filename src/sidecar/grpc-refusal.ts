import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { codeOf, Fault, messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'

/** gRPC's code for "this method does not exist here". */
const UNIMPLEMENTED = '12'

/**
 * Answers every gRPC call with UNIMPLEMENTED and the cure, so that a program which expects the gRPC API gets
 * a named error instead of a refused connection. Replaced by the gRPC API when that exists.
 *
 * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function startGrpcRefusal(
  port: number,
  addresses: readonly string[],
  httpPort: () => number,
  log: Logger,
): Promise<GrpcRefusal> {
  const servers: Http2Server[] = []
  let bound = port
  let told = false
  for (const host of addresses) {
    const server = createServer()
    server.on('stream', (stream) => {
      const message = `Sidelight has no gRPC API yet; use the HTTP API on port ${httpPort()}`
      if (!told) log.warning(message)
      told = true
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': UNIMPLEMENTED,
          'grpc-message': message,
        },
        { endStream: true },
      )
    })
    server.on('sessionError', () => undefined)
    bound = await listen(server, bound, host)
    servers.push(server)
  }
  return {
    port: bound,
    close() {
      for (const server of servers) server.close()
    },
  }
}

export interface GrpcRefusal {
  readonly port: number
  close(): void
}

const listen = (server: Http2Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Fault(
          codeOf(cause) === 'EADDRINUSE' ? 'ERR_PORT_IN_USE' : 'ERR_LISTEN',
          `cannot listen on ${host}:${port} (gRPC): ${messageOf(cause)}; choose another --dapr-grpc-port`,
          { cause },
        ),
      ),
    )
    server.listen({ port, host, ipv6Only: host === '::1' }, () =>
      resolve((server.address() as AddressInfo).port),
    )
  })
