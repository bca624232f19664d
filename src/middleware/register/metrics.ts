import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import type { metrics } from '@opentelemetry/sdk-node'
import type { Place } from './sidecar.ts'

const PATH = '/metrics'
const DEFAULT_PORT = 9464

type Env = Readonly<Record<string, string | undefined>>

/** Where OpenTelemetry's own variables have put the page, if they have. */
export const placeByEnv = (env: Env): Place | undefined =>
  /\bprometheus\b/.test(env.OTEL_METRICS_EXPORTER ?? '')
    ? { port: Number(env.OTEL_EXPORTER_PROMETHEUS_PORT) || DEFAULT_PORT, path: PATH }
    : undefined

export interface OwnPage {
  readonly reader: metrics.IMetricReader
  /** `undefined` until it listens. */
  place(): Place | undefined
  close(): void
}

/** A page on a port of its own, on loopback: the sidecar has it on its page. */
export function openOwnPage(onOpen: () => void): OwnPage {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  })
  const server: Server = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  )
  // Without a page there are no metrics on the sidecar's; all else goes on.
  server.once('error', onOpen)
  server.listen(0, '127.0.0.1', onOpen).unref()
  return {
    reader: exporter,
    place() {
      const address = server.address() as AddressInfo | null
      return address === null ? undefined : { port: address.port, path: PATH }
    },
    close: () => server.close(),
  }
}

/** OpenTelemetry's durations, by the names that Prometheus' users know them by: this exporter leaves the unit out. */
export const VIEWS: metrics.ViewOptions[] = ['http.server', 'http.client'].map((side) => ({
  instrumentName: `${side}.request.duration`,
  name: `${side}.request.duration.seconds`,
}))
