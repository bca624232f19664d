import type { Logger } from '../base/logger.ts'
import { headerValue, type Outcome } from '../net/index.ts'
import {
  httpMetrics,
  invocationMetrics,
  type MetricsRegistry,
  pathLabel,
  pipelineMetrics,
} from '../telemetry/index.ts'
import type { SidecarExchange } from './exchange.ts'
import type { SidecarSettings } from './settings.ts'

/** Records what daprd records, at the moment the last byte has left. */
export interface RequestMeter {
  /** A request on the API or public port. */
  api(x: SidecarExchange, outcome: Outcome, durationMs: number): void
  /** A request of a peer on the internal port. */
  peer(x: SidecarExchange, outcome: Outcome, durationMs: number): void
}

/** More series than this a family are recorded under the overflow path: memory stays bounded. */
const MAX_SERIES = 2_000
const OVERFLOW = '{overflow}'
const METHODS: ReadonlySet<string> = new Set(
  'GET PUT POST PATCH DELETE HEAD OPTIONS CONNECT TRACE'.split(' '),
)

export function createRequestMeter(
  registry: MetricsRegistry,
  settings: Pick<SidecarSettings, 'appId' | 'apiLogging'>,
  log: Logger,
): RequestMeter {
  const app_id = settings.appId
  const apiLog = log.child({ scope: 'dapr.runtime.http-info' })
  const server = {
    requests: registry.counter(httpMetrics.serverRequestCount),
    responses: registry.counter(httpMetrics.serverResponseCount),
    latency: registry.histogram(httpMetrics.serverLatency),
    requestBytes: registry.histogram(httpMetrics.serverRequestBytes).with({ app_id }),
    responseBytes: registry.histogram(httpMetrics.serverResponseBytes).with({ app_id }),
  }
  const client = {
    completed: registry.counter(httpMetrics.clientCompletedCount),
    latency: registry.histogram(httpMetrics.clientRoundtripLatency),
    sentBytes: registry.histogram(httpMetrics.clientSentBytes),
    receivedBytes: registry.histogram(httpMetrics.clientReceivedBytes).with({ app_id }),
  }
  const invocation = {
    requestSent: registry.counter(invocationMetrics.requestSent),
    requestReceived: registry.counter(invocationMetrics.requestReceived),
    responseSent: registry.counter(invocationMetrics.responseSent),
    responseReceived: registry.counter(invocationMetrics.responseReceived),
    responseLatency: registry.histogram(invocationMetrics.responseLatency),
  }
  const overflow = registry.counter(pipelineMetrics.seriesOverflow)

  /** Series by method, path and status, so that a request looks one key up instead of building labels. */
  const held = <S>(metric: string, make: (labels: RequestLabels) => S) => {
    const series = new Map<string, S>()
    const overflowed = overflow.with({ metric })
    return (method: string, path: string, status: string): S => {
      const known = series.get(`${method} ${path} ${status}`)
      if (known !== undefined) return known
      const full = series.size >= MAX_SERIES && path !== OVERFLOW
      if (full) overflowed.inc()
      const label = full ? OVERFLOW : path
      const key = `${method} ${label} ${status}`
      const made = series.get(key) ?? make({ app_id, method, path: label, status })
      series.set(key, made)
      return made
    }
  }
  const serverSeries = held('dapr_http_server', (labels) => ({
    requests: server.requests.with(labels),
    responses: server.responses.with(labels),
    latency: server.latency.with(labels),
  }))
  const clientSeries = held('dapr_http_client', (labels) => ({
    completed: client.completed.with(labels),
    latency: client.latency.with(labels),
    // daprd leaves the status of this one empty: it is recorded when the call starts.
    sentBytes: client.sentBytes.with({ ...labels, status: '' }),
  }))

  /** The call into our own app, on whichever port it came in. */
  const recordAppCall = (x: SidecarExchange, outcome: Outcome, endMs: number): void => {
    if (x.target?.kind !== 'app' || x.sentMs === undefined) return
    const series = clientSeries(
      methodLabel(x),
      pathLabel(`/${x.target.method}`),
      String(outcome.status),
    )
    series.completed.inc()
    series.latency.observe(Math.trunc(endMs - x.sentMs))
    series.sentBytes.observe(x.request.contentLength ?? 0)
    if (x.answeredMs !== undefined) client.receivedBytes.observe(outcome.responseBytes)
  }
  const recordPeerCall = (x: SidecarExchange, outcome: Outcome): void => {
    if (x.target?.kind !== 'peer' || x.sentMs === undefined) return
    const other = x.target.name
    const status = String(outcome.status)
    invocation.requestSent.with({ app_id, dst_app_id: other, type: 'unary' }).inc()
    if (x.answeredMs === undefined) return
    invocation.responseReceived.with({ app_id, src_app_id: other, status, type: 'unary' }).inc()
    invocation.responseLatency
      .with({ app_id, src_app_id: other, status })
      .observe(x.answeredMs - x.sentMs)
  }

  return {
    api(x, outcome, durationMs) {
      const series = serverSeries(methodLabel(x), pathLabel(x.request.path), String(outcome.status))
      series.requests.inc()
      series.responses.inc()
      series.latency.observe(Math.trunc(durationMs))
      server.requestBytes.observe(x.request.contentLength ?? 0)
      server.responseBytes.observe(outcome.responseBytes)
      recordAppCall(x, outcome, x.startMs + durationMs)
      recordPeerCall(x, outcome)
      if (settings.apiLogging) apiLog.info('HTTP API Called', apiLogFields(x, outcome, durationMs))
    },
    peer(x, outcome, durationMs) {
      const caller = callerOf(x)
      invocation.requestReceived.with({ app_id, src_app_id: caller }).inc()
      invocation.responseSent
        .with({ app_id, dst_app_id: caller, status: String(outcome.status) })
        .inc()
      recordAppCall(x, outcome, x.startMs + durationMs)
    },
  }
}

type RequestLabels = Record<'app_id' | 'method' | 'path' | 'status', string>

/** daprd's rule: what is no HTTP method is `UNKNOWN`. */
const methodLabel = (x: SidecarExchange): string =>
  METHODS.has(x.request.method) ? x.request.method : 'UNKNOWN'

/** daprd's fields, and the trace: its lines have none. The path goes without its query. */
const apiLogFields = (x: SidecarExchange, outcome: Outcome, durationMs: number) => ({
  method: `${x.request.method} ${x.request.path}`,
  useragent: headerValue(x.request.headers, 'user-agent') ?? '',
  code: outcome.status,
  size: outcome.responseBytes,
  duration: Math.trunc(durationMs),
  trace_id: x.span?.context.traceId,
  span_id: x.span?.context.spanId,
})

const callerOf = (x: SidecarExchange): string =>
  headerValue(x.request.headers, 'dapr-caller-app-id') ?? ''
