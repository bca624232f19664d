import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { MetricsRegistry } from '../telemetry/index.ts'
import { exposeMetrics } from './expose-metrics.ts'
import { createHttpServer, type HttpServer } from './http-server.ts'
import type { Reply, Request } from './message.ts'
import type { Exchange } from './step.ts'

export interface ProbeServerOptions {
  readonly registry: Pick<MetricsRegistry, 'families'>
  /** Why the program cannot do its work now; `undefined` = it can. Asked by `/readyz`. */
  readonly whyNotReady: () => string | undefined
  readonly clock: Clock
  readonly onRefused: (status: number) => void
  readonly log: Logger
}

/** `/healthz`, `/readyz` and `/metrics` of a program of the control plane, for kubelet and Prometheus: no TLS. */
export const createProbeServer = (options: ProbeServerOptions): HttpServer =>
  createHttpServer<Exchange>({
    name: 'probe',
    steps: [{ name: 'answer', enter: ({ request }) => answer(request, options) }],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: 16_384,
    onRefused: options.onRefused,
    log: options.log,
  })

function answer(
  request: Request,
  { registry, whyNotReady, clock }: ProbeServerOptions,
): Reply | Promise<Reply> {
  switch (request.path) {
    case '/healthz':
      return text(200, 'ok')
    case '/readyz': {
      const reason = whyNotReady()
      return reason === undefined ? text(200, 'ok') : text(503, reason)
    }
    case '/metrics':
      return exposeMetrics(registry, request, clock)
    default:
      return text(404, 'Not Found')
  }
}

const text = (status: number, body: string): Reply => ({
  status,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: `${body}\n`,
})
