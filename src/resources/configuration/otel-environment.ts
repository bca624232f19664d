import type { Problem } from '../../base/problem.ts'
import type { Environment } from '../expand-environment.ts'
import { MASK, maskUrl } from '../seen-value.ts'
import type { OtelSpec } from './configuration.ts'
import { HEADER_VALUE, HTTP_TOKEN } from './export-headers.ts'
import { OTEL_TIMEOUT_MS, readOtelAddress, withPort } from './otel.ts'

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
  const report = (name: string, code: string, message: string, seen: string, warning?: 'warning') =>
    problems.push({
      path: name,
      code,
      message,
      seen,
      ...(warning === undefined ? {} : { severity: warning }),
    })
  const [endpointVariable, endpoint] = first(env, 'ENDPOINT')
  if (endpoint === '') return { otel: undefined, endpointVariable, problems }

  const stripped = endpoint
    .replace(/^https?:\/\//i, '')
    // Where the specification says that traces go; the exporter puts it there again.
    .replace(/\/(v1\/traces\/?)?$/, '')
  const address = readOtelAddress(stripped)
  if (!address.ok)
    report(endpointVariable, address.error.code, address.error.message, maskUrl(endpoint))

  const [, protocolText] = first(env, 'PROTOCOL')
  const protocol = protocolText.startsWith('http') ? 'http' : 'grpc'
  const isSecure = env.OTEL_EXPORTER_OTLP_INSECURE !== 'true'
  if (isSecure && /^http:\/\//i.test(endpoint))
    report(
      endpointVariable,
      'OTEL_STILL_SECURE',
      'http:// alone does not switch TLS off, as in daprd: set OTEL_EXPORTER_OTLP_INSECURE=true',
      maskUrl(endpoint),
      'warning',
    )

  const [timeoutVariable, timeoutText] = first(env, 'TIMEOUT')
  const timeoutMs = timeoutText === '' ? OTEL_TIMEOUT_MS : Number(timeoutText)
  if (!/^\d*$/.test(timeoutText) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
    report(
      timeoutVariable,
      'NUMBER_INVALID',
      `whole milliseconds from 1 to ${MAX_TIMEOUT_MS} are needed`,
      timeoutText,
    )

  const [headersVariable, headersText] = first(env, 'HEADERS')
  const headers = readHeaders(headersText)
  if (headers === undefined)
    report(
      headersVariable,
      'HEADER_INVALID',
      'name=value pairs with commas between them are needed, values percent-encoded',
      MASK,
    )

  return {
    otel: address.ok
      ? {
          endpointAddress: withPort(address.value, protocol, isSecure),
          protocol,
          isSecure,
          headers: headers ?? {},
          timeoutMs,
        }
      : undefined,
    endpointVariable,
    problems,
  }
}

const MAX_TIMEOUT_MS = 600_000

/** The variable for traces goes before the one for all signals. */
function first(env: Environment, what: string): readonly [name: string, value: string] {
  const traces = `OTEL_EXPORTER_OTLP_TRACES_${what}`
  const all = `OTEL_EXPORTER_OTLP_${what}`
  return env[traces] ? [traces, env[traces]] : [all, env[all] ?? '']
}

function readHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  if (text.trim() === '') return headers
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase()
    const value = decode(pair.slice(at + 1))?.trim()
    if (!HTTP_TOKEN.test(name) || value === undefined || !HEADER_VALUE.test(value)) return undefined
    headers[name] = value
  }
  return headers
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
