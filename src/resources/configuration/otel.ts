import { err, ok, type Result } from '../../base/result.ts'
import { type Flaw, field } from '../fields.ts'
import { exportHeaders } from './export-headers.ts'

export const OTEL_TIMEOUT_MS = 10_000

const ADDRESS = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?$/i
const NEEDED = 'host:port is needed, such as collector:4317'

/** `host:port` or `host` as they stand; else what to write instead. */
export function readOtelAddress(text: string): Result<string, Flaw> {
  if (text === '') return ok(text)
  const flaw = (message: string) => err({ code: 'ENDPOINT_NOT_HOST_PORT', message })
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0]
  if (scheme !== undefined) {
    const rest = text
      .slice(scheme.length)
      .replace(/^.*@/, '')
      .replace(/[/?#].*$/, '')
    const secure = scheme.toLowerCase() === 'http://' ? ' and `isSecure: false`' : ''
    return flaw(
      ADDRESS.test(rest) ? `${NEEDED}, without scheme and path; write ${rest}${secure}` : NEEDED,
    )
  }
  if (text.includes('/'))
    return flaw(`${NEEDED}, without a path: spans always go to /v1/traces there`)
  const port = ADDRESS.exec(text)
  if (port === null || Number(port[1] ?? 1) > 65_535 || Number(port[1] ?? 1) === 0)
    return flaw(NEEDED)
  return ok(text)
}

const endpointAddress = field.readText(
  NEEDED,
  {
    description: 'Where an OTLP receiver listens, without scheme and path. Empty: no OTLP.',
    type: 'host:port',
  },
  readOtelAddress,
)

export const otelSection = field.section(
  {
    endpointAddress: endpointAddress.optional(),
    protocol: field
      .oneOf(['http', 'grpc'], 'Form of OTLP; http is protobuf over HTTP/1.1.')
      .optional(),
    isSecure: field.flag('TLS to the receiver.', true).optional(),
    headers: exportHeaders.optional(),
    timeout: field
      .duration('Time that one batch may take.', { min: '1ms', max: '10m', fallback: '10s' })
      .optional(),
  },
  'Spans go out by the OpenTelemetry protocol.',
)

/** The port that HTTP and gRPC take where none is named. */
export const withPort = (address: string, protocol: 'http' | 'grpc', isSecure: boolean): string =>
  ADDRESS.exec(address)?.[1] === undefined
    ? `${address}:${protocol === 'http' && !isSecure ? 80 : 443}`
    : address
