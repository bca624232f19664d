import { headerValue, type Outcome } from '../../net/index.ts'
import type { MetricPolicy } from '../../policy/index.ts'
import {
  holdSeries,
  httpMetrics,
  invocationMetrics,
  type MetricsRegistry,
  seenIn,
  sidecarMetrics,
} from '../../telemetry/index.ts'
import type { SidecarExchange } from '../exchange.ts'
import type { SidecarSettings } from '../settings.ts'
import type { AppCallMeter } from './app-call-meter.ts'
import { shownPath } from './span-description.ts'

/** Records what daprd records, at the moment the last byte has left. */
export interface RequestMeter {
  /** A request on the API or public port. */
  api(x: SidecarExchange, outcome: Outcome, durationMs: number): void
  /** A request of a peer on the internal port. */
  peer(x: SidecarExchange, outcome: Outcome, durationMs: number): void
}

export function createRequestMeter(
  registry: MetricsRegistry,
  { appId: app_id }: Pick<SidecarSettings, 'appId'>,
  policy: () => Pick<MetricPolicy, 'http'>,
  recordCall: AppCallMeter,
): RequestMeter {
  const server = {
    requests: registry.counter(httpMetrics.serverRequestCount),
    responses: registry.counter(httpMetrics.serverResponseCount),
    latency: registry.histogram(httpMetrics.serverLatency),
    requestBytes: registry.histogram(httpMetrics.serverRequestBytes).with({ app_id }),
    responseBytes: registry.histogram(httpMetrics.serverResponseBytes).with({ app_id }),
  }
  const addedLatency = registry.histogram(sidecarMetrics.addedLatency)
  const added = {
    api: addedLatency.with({ server: 'api' }),
    internal: addedLatency.with({ server: 'internal' }),
  }
  const invocation = {
    requestSent: registry.counter(invocationMetrics.requestSent),
    requestReceived: registry.counter(invocationMetrics.requestReceived),
    responseSent: registry.counter(invocationMetrics.responseSent),
    responseReceived: registry.counter(invocationMetrics.responseReceived),
    responseLatency: registry.histogram(invocationMetrics.responseLatency),
  }
  const serverSeries = holdSeries((method: string, path: string, status: string) => {
    const values = { app_id, method, path, status }
    return {
      requests: server.requests.with(values),
      responses: server.responses.with(values),
      latency: server.latency.with(values),
    }
  })
  const peerSeries = holdSeries((peer: string, status: string) => {
    const values = { app_id, src_app_id: peer, status }
    return {
      requestSent: invocation.requestSent.with({ app_id, dst_app_id: peer, type: 'unary' }),
      responseReceived: invocation.responseReceived.with({ ...values, type: 'unary' }),
      responseLatency: invocation.responseLatency.with(values),
    }
  })
  const callerSeries = holdSeries((caller: string, status: string) => ({
    requestReceived: invocation.requestReceived.with({ app_id, src_app_id: caller }),
    responseSent: invocation.responseSent.with({ app_id, dst_app_id: caller, status }),
  }))

  /** The call into our own app, on whichever port it came in. */
  const recordAppCall = (x: SidecarExchange, outcome: Outcome, endMs: number): void => {
    const { target, sentMs, answeredMs, request } = x
    if (target?.kind !== 'app' || sentMs === undefined) return
    recordCall(
      {
        method: request.method,
        path: `/${target.method}`,
        status: outcome.status,
        durationMs: endMs - sentMs,
        sentBytes: request.contentLength ?? 0,
        receivedBytes: answeredMs === undefined ? undefined : outcome.responseBytes,
      },
      seenIn(x.span),
    )
  }
  /** Another app, by way of its sidecar or at a URL. */
  const recordPeerCall = (x: SidecarExchange, outcome: Outcome): void => {
    if (x.target === undefined || x.target.kind === 'app' || x.sentMs === undefined) return
    const series = peerSeries(x.target.name, String(outcome.status))
    const seen = seenIn(x.span)
    series.requestSent.inc(1, seen)
    if (x.answeredMs === undefined) return
    series.responseReceived.inc(1, seen)
    series.responseLatency.observe(x.answeredMs - x.sentMs, seen)
  }
  /** From head to head, without what the target took. */
  const recordAdded = (x: SidecarExchange, server: keyof typeof added): void => {
    const { startMs, headMs, sentMs, answeredMs } = x
    if (headMs === undefined || sentMs === undefined || answeredMs === undefined) return
    const addedMs = headMs - startMs - (answeredMs - sentMs)
    added[server].observe(Math.max(0, addedMs) / 1_000, seenIn(x.span))
  }

  return {
    api(x, outcome, durationMs) {
      const { method, serverPath } = policy().http
      const series = serverSeries(
        method(x.request.method),
        serverPath(x.request.path, servedPath(x)),
        String(outcome.status),
      )
      const seen = seenIn(x.span)
      series.requests.inc()
      series.responses.inc()
      if (x.route?.live !== true) series.latency.observe(Math.trunc(durationMs), seen)
      server.requestBytes.observe(x.request.contentLength ?? 0, seen)
      server.responseBytes.observe(outcome.responseBytes, seen)
      recordAppCall(x, outcome, x.startMs + durationMs)
      recordPeerCall(x, outcome)
      recordAdded(x, 'api')
    },
    peer(x, outcome, durationMs) {
      // What sidecars say among themselves is no invocation.
      if (x.route !== undefined) return
      const series = callerSeries(callerOf(x), String(outcome.status))
      const seen = seenIn(x.span)
      series.requestReceived.inc(1, seen)
      series.responseSent.inc(1, seen)
      recordAppCall(x, outcome, x.startMs + durationMs)
      recordAdded(x, 'internal')
    },
  }
}

/** Absent when nobody serves it. */
const servedPath = (x: SidecarExchange): string | undefined =>
  x.route === undefined && x.target === undefined ? undefined : shownPath(x)

const callerOf = (x: SidecarExchange): string =>
  headerValue(x.request.headers, 'dapr-caller-app-id') ?? ''
