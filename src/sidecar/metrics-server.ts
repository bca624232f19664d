import type { Logger } from '../base/logger.ts'
import { createHttpServer, type Exchange, type HttpServer } from '../net/index.ts'
import type { MetricsRegistry } from '../telemetry/index.ts'

/** The scrape page, on any path, as in daprd. */
export const createMetricsServer = (
  registry: MetricsRegistry,
  onRefused: (status: number) => void,
  log: Logger,
): HttpServer =>
  createHttpServer<Exchange>({
    name: 'metrics',
    steps: [
      {
        name: 'expose',
        async enter() {
          const { contentType, text } = await registry.expose()
          return { status: 200, headers: ['Content-Type', contentType], body: text }
        },
      },
    ],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: 16_384,
    onRefused,
    log,
  })
