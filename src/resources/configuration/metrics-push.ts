import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Environment } from '../expand-environment.ts'
import { maskUrl } from '../seen-value.ts'
import type { OtelSpec } from './configuration.ts'
import { withPort } from './otel.ts'
import { type OtelVariable, otelVariables, type ReportVariable } from './otel-variables.ts'

/** Where metrics are pushed to, and how often. */
export interface MetricsPush extends OtelSpec {
  /** Over HTTP, for example `/v1/metrics`. */
  readonly path: string
  /** From one push to the next. */
  readonly intervalMs: number
  /** Of a whole push, which may be several calls. */
  readonly pushTimeoutMs: number
}

const INTERVAL_MS = 60_000
const PUSH_TIMEOUT_MS = 30_000
const PATH = '/v1/metrics'
/** Of `OTEL_METRICS_EXPORTER`. What is scraped is always there. */
const EXPORTERS = ['otlp', 'prometheus', 'none']
const PROTOCOLS: ReadonlyMap<string, OtelSpec['protocol']> = new Map([
  ['grpc', 'grpc'],
  ['http', 'http'],
  ['http/protobuf', 'http'],
])

/**
 * OpenTelemetry's variables for metrics. They ask for a push if they name an endpoint of metrics alone, or `otlp` as
 * their exporter: daprd pushes none, and whoever names one endpoint for all signals means spans there.
 *
 * @returns `undefined` = no push; else every problem
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function metricsPushFromEnvironment(
  env: Environment,
): Result<MetricsPush | undefined, Problem[]> {
  const problems: Problem[] = []
  const report: ReportVariable = (path, problem) => problems.push({ path, ...problem })
  if (!isAskedFor(env, report)) return problems.length === 0 ? ok(undefined) : err(problems)

  const variables = otelVariables(env, 'METRICS', report)
  const endpoint = variables.read('ENDPOINT')
  const isForAll = endpoint.text !== '' && !env[OWN_ENDPOINT]
  const protocol = readProtocol(variables.read('PROTOCOL'), isForAll ? 'grpc' : 'http', report)
  const target = readEndpoint(endpoint, {
    protocol,
    isForAll,
    isInsecure: variables.read('INSECURE').text === 'true',
    report,
  })
  const milliseconds = (name: string, fallback: number): number =>
    variables.milliseconds({ name, text: env[name] ?? '' }, fallback)
  const push = {
    ...target,
    protocol,
    headers: variables.headers(),
    timeoutMs: variables.timeoutMs(),
    intervalMs: milliseconds('OTEL_METRIC_EXPORT_INTERVAL', INTERVAL_MS),
    pushTimeoutMs: milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', PUSH_TIMEOUT_MS),
  }
  return problems.length === 0 ? ok(push) : err(problems)
}

const OWN_ENDPOINT = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'

function isAskedFor(env: Environment, report: ReportVariable): boolean {
  const name = 'OTEL_METRICS_EXPORTER'
  const named = (env[name] ?? '').split(',').flatMap((each) => each.trim() || [])
  for (const each of named)
    if (!EXPORTERS.includes(each))
      report(name, {
        code: 'METRICS_EXPORTER_UNKNOWN',
        message: `${EXPORTERS.join(', ')} are known; metrics can always be scraped`,
        seen: each,
      })
  return named.length === 0 ? Boolean(env[OWN_ENDPOINT]) : named.includes('otlp')
}

/** Where nothing is said: HTTP as OpenTelemetry has it, and gRPC as daprd has it at the endpoint of all signals. */
function readProtocol(
  { name, text }: OtelVariable,
  fallback: OtelSpec['protocol'],
  report: ReportVariable,
): OtelSpec['protocol'] {
  const protocol = text === '' ? fallback : PROTOCOLS.get(text)
  if (protocol !== undefined) return protocol
  report(name, {
    code: 'PROTOCOL_UNKNOWN',
    message: 'metrics are pushed over grpc or http/protobuf',
    seen: text,
  })
  return fallback
}

function readEndpoint(
  { name, text }: OtelVariable,
  {
    protocol,
    isForAll,
    isInsecure,
    report,
  }: {
    readonly protocol: OtelSpec['protocol']
    readonly isForAll: boolean
    readonly isInsecure: boolean
    readonly report: ReportVariable
  },
): Pick<MetricsPush, 'endpointAddress' | 'isSecure' | 'path'> {
  const written = text || `http://localhost:${protocol === 'http' ? 4318 : 4317}`
  // The scheme decides over TLS. The form without one is daprd's.
  const url = parseUrl(
    /^https?:\/\//i.test(written) ? written : `http${isInsecure ? '' : 's'}://${written}`,
  )
  const refuse = (message: string) => {
    report(name, { code: 'ENDPOINT_INVALID', message, seen: maskUrl(text) })
    return { endpointAddress: '', isSecure: false, path: PATH }
  }
  if (url === undefined)
    return refuse(
      'a URL is needed, such as http://collector:4318, without user, query and fragment',
    )
  const path = url.pathname.replace(/\/$/, '')
  if (protocol === 'grpc' && path !== '')
    return refuse(
      'gRPC has no path: leave it out, or set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf',
    )
  const isSecure = url.protocol === 'https:'
  return {
    endpointAddress: withPort(url.host, 'http', isSecure),
    isSecure,
    // The endpoint of metrics is taken as it stands; but nobody takes them at the root.
    path: isForAll || path === '' ? `${path.replace(/\/v1\/traces$/, '')}${PATH}` : url.pathname,
  }
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text)
    const { username, password, search, hash } = url
    return `${username}${password}${search}${hash}` === '' ? url : undefined
  } catch {
    return undefined
  }
}
