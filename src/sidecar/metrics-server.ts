import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import {
  createHttpServer,
  type Exchange,
  exposeMetrics,
  type HttpServer,
  type MetricsPage,
} from '../net/index.ts'

/** The scrape page, on any path, as in daprd. */
export const createMetricsServer = (
  page: MetricsPage,
  clock: Clock,
  onRefused: (status: number) => void,
  log: Logger,
): HttpServer =>
  createHttpServer<Exchange>({
    name: 'metrics',
    steps: [
      {
        name: 'expose',
        enter: ({ request }) => exposeMetrics(page, request, clock),
      },
    ],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: 16_384,
    onRefused,
    log,
  })
