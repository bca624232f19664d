import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { createHttpServer, type Exchange, exposeMetrics, type HttpServer } from '../net/index.ts'
import type { MetricsRegistry } from '../telemetry/index.ts'

/** The scrape page, on any path, as in daprd. */
export const createMetricsServer = (
  registry: MetricsRegistry,
  clock: Clock,
  onRefused: (status: number) => void,
  log: Logger,
): HttpServer =>
  createHttpServer<Exchange>({
    name: 'metrics',
    steps: [
      {
        name: 'expose',
        enter: ({ request }) => exposeMetrics(registry, request, clock),
      },
    ],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: 16_384,
    onRefused,
    log,
  })
