import type { Problem } from '../../base/problem.ts'
import type { Environment } from '../expand-environment.ts'
import { maskUrl } from '../seen-value.ts'
import type { OtelSpec } from './configuration.ts'
import { readOtelAddress, withPort } from './otel.ts'
import { otelVariables, type ReportVariable } from './otel-variables.ts'

export interface OtelFromEnvironment {
  /** Absent when no variable names an endpoint. */
  readonly otel: OtelSpec | undefined
  /** The variable that named the endpoint. */
  readonly endpointVariable: string
  readonly problems: readonly Problem[]
}

/**
 * `OTEL_EXPORTER_OTLP_*` as daprd reads them: only the endpoint's own scheme is taken off, the protocol is gRPC
 * unless it begins with `http`, and only `…_INSECURE=true` switches TLS off.
 *
 * @see dapr `pkg/config/configuration.go` UpdateFromEnv
 */
export function otelFromEnvironment(env: Environment): OtelFromEnvironment {
  const problems: Problem[] = []
  const report: ReportVariable = (path, problem) => problems.push({ path, ...problem })
  const variables = otelVariables(env, 'TRACES', report)
  const { name: endpointVariable, text: endpoint } = variables.read('ENDPOINT')
  if (endpoint === '') return { otel: undefined, endpointVariable, problems }

  const stripped = endpoint
    .replace(/^https?:\/\//i, '')
    // Where the specification says that traces go; the exporter puts it there again.
    .replace(/\/(v1\/traces\/?)?$/, '')
  const seen = maskUrl(endpoint)
  const address = readOtelAddress(stripped)
  if (!address.ok) report(endpointVariable, { ...address.error, seen })

  const protocol = variables.read('PROTOCOL').text.startsWith('http') ? 'http' : 'grpc'
  const isSecure = env.OTEL_EXPORTER_OTLP_INSECURE !== 'true'
  if (isSecure && /^http:\/\//i.test(endpoint))
    report(endpointVariable, {
      code: 'OTEL_STILL_SECURE',
      message:
        'http:// alone does not switch TLS off, as in daprd: set OTEL_EXPORTER_OTLP_INSECURE=true',
      seen,
      severity: 'warning',
    })
  const timeoutMs = variables.timeoutMs()
  const headers = variables.headers()
  return {
    otel: address.ok
      ? {
          endpointAddress: withPort(address.value, protocol, isSecure),
          protocol,
          isSecure,
          headers,
          timeoutMs,
        }
      : undefined,
    endpointVariable,
    problems,
  }
}
