import assert from 'node:assert/strict'
import { metricsPushFromEnvironment } from '../../../src/resources/index.ts'

type Env = Readonly<Record<string, string>>
const OWN = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'
const ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const ASKED = { OTEL_METRICS_EXPORTER: 'otlp' }

const read = (env: Env) => {
  const result = metricsPushFromEnvironment(env)
  if (!result.ok) return result.error.map(({ path, code }) => `${path} ${code}`)
  if (result.value === undefined) return 'off'
  const { protocol, isSecure, endpointAddress, path } = result.value
  return `${protocol} ${isSecure ? 'https' : 'http'}://${endpointAddress}${path}`
}

describe('metricsPushFromEnvironment', () => {
  const cases: readonly (readonly [what: string, env: Env, expected: string | string[]])[] = [
    ['nothing', {}, 'off'],
    // daprd pushes no metrics: who names one endpoint has spans in mind.
    ['the endpoint of all signals', { [ALL]: 'http://collector:4317' }, 'off'],
    ['an endpoint of its own', { [OWN]: 'http://c:4318' }, 'http http://c:4318/v1/metrics'],
    ['none beside it', { [OWN]: 'http://c:4318', OTEL_METRICS_EXPORTER: 'none' }, 'off'],
    ['what is scraped', { [OWN]: 'http://c:4318', OTEL_METRICS_EXPORTER: 'prometheus' }, 'off'],
    ['otlp alone', ASKED, 'http http://localhost:4318/v1/metrics'],
    ['two', { OTEL_METRICS_EXPORTER: 'prometheus, otlp' }, 'http http://localhost:4318/v1/metrics'],
    [
      'otlp over gRPC',
      { ...ASKED, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'grpc http://localhost:4317/v1/metrics',
    ],
    // As spans go there.
    ['otlp for all', { ...ASKED, [ALL]: 'http://c:4317' }, 'grpc http://c:4317/v1/metrics'],
    ['daprd’s form', { ...ASKED, [ALL]: 'c:4317' }, 'grpc https://c:4317/v1/metrics'],
    [
      'daprd’s form without TLS',
      { ...ASKED, [ALL]: 'c:4317', OTEL_EXPORTER_OTLP_INSECURE: 'true' },
      'grpc http://c:4317/v1/metrics',
    ],
    [
      'a base for all signals',
      { ...ASKED, [ALL]: 'https://c/otlp/', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      'http https://c:443/otlp/v1/metrics',
    ],
    [
      'a path of its own',
      { [OWN]: 'http://prometheus:9090/api/v1/otlp/v1/metrics' },
      'http http://prometheus:9090/api/v1/otlp/v1/metrics',
    ],
    ['a default port', { [OWN]: 'http://c' }, 'http http://c:80/v1/metrics'],
    ['IPv6', { [OWN]: 'http://[::1]:4318' }, 'http http://[::1]:4318/v1/metrics'],
    ['no URL', { [OWN]: 'http://' }, [`${OWN} ENDPOINT_INVALID`]],
    ['a password', { [OWN]: 'http://u:pass@c:1' }, [`${OWN} ENDPOINT_INVALID`]],
    ['a query', { [OWN]: 'http://c:1/?key=1' }, [`${OWN} ENDPOINT_INVALID`]],
    [
      'a path over gRPC',
      { [OWN]: 'http://c:1/x', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' },
      [`${OWN} ENDPOINT_INVALID`],
    ],
    [
      'an unknown exporter',
      { OTEL_METRICS_EXPORTER: 'otlp,console' },
      ['OTEL_METRICS_EXPORTER METRICS_EXPORTER_UNKNOWN'],
    ],
    [
      'everything wrong at once',
      {
        ...ASKED,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'planted',
        OTEL_EXPORTER_OTLP_TIMEOUT: '10s',
        OTEL_METRIC_EXPORT_INTERVAL: '0',
        OTEL_METRIC_EXPORT_TIMEOUT: '600001',
      },
      [
        'OTEL_EXPORTER_OTLP_PROTOCOL PROTOCOL_UNKNOWN',
        'OTEL_EXPORTER_OTLP_METRICS_HEADERS HEADER_INVALID',
        'OTEL_EXPORTER_OTLP_TIMEOUT NUMBER_INVALID',
        'OTEL_METRIC_EXPORT_INTERVAL NUMBER_INVALID',
        'OTEL_METRIC_EXPORT_TIMEOUT NUMBER_INVALID',
      ],
    ],
  ]
  for (const [what, env, expected] of cases)
    test(`reads ${what}`, () => assert.deepEqual(read(env), expected))

  test('prefers the variables of metrics, and has the defaults of OpenTelemetry', () => {
    const all = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TIMEOUT: '5' }
    const own = {
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2%20',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '7',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '600000',
    }
    const numbers = (env: Env) => {
      const result = metricsPushFromEnvironment({ ...ASKED, ...env })
      assert.ok(result.ok && result.value !== undefined)
      const { headers, timeoutMs, intervalMs, pushTimeoutMs } = result.value
      return [headers, timeoutMs, intervalMs, pushTimeoutMs]
    }
    assert.deepEqual(numbers({}), [{}, 10_000, 60_000, 30_000])
    assert.deepEqual(numbers(all), [{ a: '1' }, 5, 60_000, 30_000])
    assert.deepEqual(numbers({ ...all, ...own }), [{ b: '2' }, 7, 1_000, 600_000])
  })

  test('shows no secret of what is wrong', () => {
    const result = metricsPushFromEnvironment({
      [OWN]: 'http://user:planted@c:1/?key=planted',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'planted',
    })
    assert.ok(!result.ok)
    assert.equal(result.error.length, 2)
    assert.ok(!JSON.stringify(result.error).includes('planted'))
  })
})
