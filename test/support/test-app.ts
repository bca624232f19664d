import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AppHandler, AppRequest, TestApp } from './app-handler.ts'
import { appBehaviours } from './test-app-behaviours.ts'
import { waitUntil } from './wait-until.ts'

export type { AppHandler, AppRequest, TestApp } from './app-handler.ts'

export interface TestAppSettings {
  /** Default 0. */
  readonly port?: number
  /** Takes every request. Without it the paths of `test-app-behaviours.ts` answer. */
  readonly handler?: AppHandler
}

/** A user's app on plain `node:http` that records what it gets and can behave in many ways. */
export async function startTestApp(settings: TestAppSettings = {}): Promise<TestApp> {
  const handler = settings.handler ?? appBehaviours
  const requests: AppRequest[] = []
  const watchers = new Set<() => void>()
  const streams = new Set<ServerResponse>()
  const held = new Set<ServerResponse>()
  const changed = (): void => {
    for (const watch of watchers) watch()
  }

  const server = createServer({ maxHeaderSize: 2 ** 20 }, (request, response) => {
    const seen = record(request, response, changed)
    requests.push(seen)
    response.once('close', () => {
      streams.delete(response)
      held.delete(response)
    })
    Promise.resolve(handler(request, response, seen, app)).catch((error) => response.destroy(error))
    changed()
  })
  server.listen(settings.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const app: TestApp = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    streams,
    held,
    push(data) {
      for (const stream of streams) stream.write(`data: ${data}\n\n`)
    },
    release() {
      for (const response of held) response.writeHead(200, { 'content-length': 0 }).end()
      held.clear()
    },
    cut: () => server.closeAllConnections(),
    waitFor: (predicate, patience) =>
      waitUntil(
        () => predicate(requests),
        watchers,
        () => `requests: ${requests.map((seen) => `${seen.method} ${seen.target}`).join(', ')}`,
        patience,
      ),
    clear() {
      requests.length = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return app
}

function record(
  request: IncomingMessage,
  response: ServerResponse,
  changed: () => void,
): AppRequest {
  const seen: AppRequest = {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: Buffer.alloc(0),
    complete: false,
    aborted: false,
  }
  request.on('data', (chunk: Buffer) => {
    seen.body = Buffer.concat([seen.body, chunk])
    changed()
  })
  request.once('end', () => {
    seen.complete = true
    changed()
  })
  response.once('close', () => {
    seen.aborted = !response.writableFinished
    changed()
  })
  request.on('error', () => undefined)
  return seen
}
