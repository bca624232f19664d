import type { RouteTemplate } from '../net/index.ts'
import type { BackendExchange, Handler } from './exchange.ts'
import { getAutocompleteKeys, getAutocompleteValues } from './handlers/get-autocomplete.ts'
import { getBoards } from './handlers/get-boards.ts'
import { getConfig, getInfo } from './handlers/get-config.ts'
import { getDependencies } from './handlers/get-dependencies.ts'
import { getHealth } from './handlers/get-health.ts'
import { getMetrics } from './handlers/get-metrics.ts'
import { getNames } from './handlers/get-names.ts'
import { getFile, getIndex, redirectTo } from './handlers/get-page.ts'
import { getScrapeTargets } from './handlers/get-scrape-targets.ts'
import { getServices } from './handlers/get-services.ts'
import { getSidecars } from './handlers/get-sidecars.ts'
import { getTrace } from './handlers/get-trace.ts'
import { getTraceMany } from './handlers/get-trace-many.ts'
import { getTraces } from './handlers/get-traces.ts'
import { postClear } from './handlers/post-clear.ts'
import { postOtlpTraces } from './handlers/post-otlp-traces.ts'
import { postSpans, postSpansV1 } from './handlers/post-spans.ts'
import { postWhatIf } from './handlers/post-what-if.ts'
import { toPrometheusReply } from './handlers/prometheus/envelope.ts'
import { getQuery, getQueryRange } from './handlers/prometheus/get-query.ts'
import { getQueryExemplars } from './handlers/prometheus/get-query-exemplars.ts'
import { getLabels, getLabelValues, getSeries } from './handlers/prometheus/get-series.ts'
import { getBuildInfo, getMetadata, getNone } from './handlers/prometheus/get-status.ts'
import type { BackendParts } from './parts.ts'

export interface BackendRoute extends RouteTemplate {
  /** The label of metrics; both mounts of a query share one. */
  readonly name: string
  readonly handle: Handler
  /** What refusals look like. Absent = plain text, as Zipkin's. */
  readonly toReply?: BackendExchange['toReply']
}

const route = (
  method: string,
  template: string,
  handle: Handler,
  name = template,
): BackendRoute => ({
  method,
  template,
  name,
  handle,
})

/** Everything the backend answers. Queries exist twice: for programs, and beside the console's pages. */
export const backendRoutes = (p: BackendParts): readonly BackendRoute[] => [
  route('POST', '/api/v2/spans', postSpans(p)),
  route('POST', '/api/v1/spans', postSpansV1(p)),
  route('POST', '/v1/traces', postOtlpTraces(p)),
  ...query('services', getServices(p)),
  ...query('spans', getNames(p, 'spanNames')),
  ...query('remoteServices', getNames(p, 'remoteServiceNames')),
  ...query('traces', getTraces(p)),
  ...query('trace/{traceId}', getTrace(p)),
  ...query('traceMany', getTraceMany(p)),
  ...query('dependencies', getDependencies(p)),
  ...query('autocompleteKeys', getAutocompleteKeys(p)),
  ...query('autocompleteValues', getAutocompleteValues(p)),
  ...own('GET', 'sidecars', getSidecars(p)),
  ...own('POST', 'what-if', postWhatIf(p)),
  ...own('GET', 'boards', getBoards(p)),
  ...prometheus('query', getQuery(p)),
  ...prometheus('query_range', getQueryRange(p)),
  ...prometheus('query_exemplars', getQueryExemplars(p)),
  ...prometheus('series', getSeries(p)),
  ...prometheus('labels', getLabels(p)),
  ...prometheus('label/{name}/values', getLabelValues(p)),
  ...prometheus('metadata', getMetadata(p)),
  ...prometheus('rules', getNone('groups')),
  ...prometheus('alerts', getNone('alerts')),
  ...prometheus('status/buildinfo', getBuildInfo(p)),
  route('GET', '/health', getHealth(p)),
  route('GET', '/actuator/health', getHealth(p), '/health'),
  route('GET', '/info', getInfo(p)),
  route('GET', '/actuator/info', getInfo(p), '/info'),
  route('GET', '/sd', getScrapeTargets(p)),
  route('GET', '/metrics', getMetrics(p)),
  route('GET', '/prometheus', getMetrics(p), '/metrics'),
  route('GET', '/actuator/prometheus', getMetrics(p), '/metrics'),
  route('POST', '/admin/clear', postClear(p)),
  route('GET', '/zipkin/config.json', getConfig(p)),
  route('GET', '/', redirectTo('/zipkin/'), 'redirect'),
  route('GET', '/favicon.ico', redirectTo('/zipkin/favicon.ico'), 'redirect'),
  route('GET', '/zipkin/traces/{traceId}', getIndex(p), 'console'),
  route('GET', '/zipkin/dependency', getIndex(p), 'console'),
  route('GET', '/zipkin/traceViewer', getIndex(p), 'console'),
  route('GET', '/zipkin/configuration', getIndex(p), 'console'),
  route('GET', '/zipkin/doctor', getIndex(p), 'console'),
  route('GET', '/zipkin/what-if', getIndex(p), 'console'),
  route('GET', '/zipkin/boards', getIndex(p), 'console'),
  route('GET', '/zipkin', getIndex(p), 'console'),
  route('GET', '/zipkin/{file...}', getFile(p), 'console'),
]

const query = (path: string, handle: Handler): BackendRoute[] => [
  route('GET', `/api/v2/${path}`, handle),
  route('GET', `/zipkin/api/v2/${path}`, handle, `/api/v2/${path}`),
]

/** What Zipkin does not have, beside its API and beside the pages. */
const own = (method: string, path: string, handle: Handler): BackendRoute[] => [
  route(method, `/sidelight/api/v1/${path}`, handle),
  route(method, `/zipkin/sidelight/api/v1/${path}`, handle, `/sidelight/api/v1/${path}`),
]

/** Prometheus' API, which is /api/v1 as Zipkin's is /api/v2; long queries come as forms. */
const prometheus = (path: string, handle: Handler): BackendRoute[] =>
  ['GET', 'POST'].flatMap((method) =>
    ['', '/zipkin'].map((mount) => ({
      ...route(method, `${mount}/api/v1/${path}`, handle, `/api/v1/${path}`),
      toReply: toPrometheusReply,
    })),
  )
