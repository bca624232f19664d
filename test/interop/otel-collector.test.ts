import assert from 'node:assert/strict'
import { createOtlpExporter, createOtlpMetricExporter } from '../../src/adapters/otlp/index.ts'
import { type SpanRecord, toZipkinSpan } from '../../src/telemetry/index.ts'
import type { MetricFamily } from '../../src/wire/metric-family.ts'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { startBackend } from '../e2e/backend-fixture.ts'
import { eventually } from '../support/eventually.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { type CollectorExporters, startCollector } from '../support/real-collector.ts'
import { spanNamed } from '../unit/telemetry/held-exporter.ts'

const SPAN: SpanRecord = {
  ...spanNamed('CallLocal/Orders/Checkout'),
  parentId: 'b7ad6b7169203331',
  durationUs: 1_234,
  attributes: ['dapr.api', 'GET /v1.0/invoke/orders/method/checkout', 'dapr.status_code', '503'],
  events: [{ timeUs: 1_767_225_600_000_003, name: 'retry' }],
  error: 'Code(503): Service Unavailable',
  remoteService: 'orders',
}
const OTHER: SpanRecord = {
  ...SPAN,
  context: { ...SPAN.context, spanId: '00f067aa0ba902b8' },
  kind: 'SERVER',
  error: undefined,
  remoteService: undefined,
  events: [],
}
const START_US = 1_767_225_600_000_000
const common = { help: 'Help.', startUs: START_US }
const FAMILIES: readonly MetricFamily[] = [
  {
    ...common,
    name: 'dapr_http_server_request_count',
    type: 'counter',
    series: [
      { labels: { path: '/a', status: '200' }, value: 3 },
      { labels: { path: '/b', status: '500' }, value: 2 ** 40 },
    ],
  },
  { ...common, name: 'sidelight_exporter_up', type: 'gauge', series: [{ labels: {}, value: 0.5 }] },
  {
    ...common,
    name: 'dapr_http_server_latency',
    type: 'histogram',
    series: [{ labels: { path: '/a' }, bounds: [1, 2.5], counts: [4, 0], sum: 2 ** 33, count: 5 }],
  },
]
/** What the Collector is told, so that a test need not wait for its queues. */
const AT_ONCE = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } }
const never = new AbortController().signal

const otlpTo = (
  url: string,
  encoding: 'proto' | 'json',
  compression: string,
): CollectorExporters => ({
  otlp_http: { endpoint: url, encoding, compression, tls: { insecure: true }, ...AT_ONCE },
})

async function readBack(
  backend: Awaited<ReturnType<typeof startBackend>>,
  count: number,
): Promise<ZipkinSpan[]> {
  const trace = await eventually(
    async () => {
      const { status, text } = await backend.get(`/api/v2/trace/${SPAN.context.traceId}`)
      if (status !== 200) return undefined
      const spans = JSON.parse(text) as ZipkinSpan[]
      return spans.length >= count && spans
    },
    { deadlineMs: 15_000 },
  )
  return trace.sort((a, b) => (a.id < b.id ? -1 : 1))
}

describe('an OpenTelemetry Collector between a sidecar and the backend', () => {
  for (const protocol of ['http', 'grpc'] as const)
    for (const [encoding, compression] of [
      ['proto', 'gzip'],
      ['json', 'none'],
    ] as const)
      test(`hands on what comes by ${protocol}, as ${encoding}, and nothing is lost or changed`, async function () {
        this.timeout(60_000)
        await using backend = await startBackend()
        await using collector = await startCollector(
          this,
          otlpTo(backend.url, encoding, compression),
        )
        await using exporter = await createOtlpExporter(
          {
            endpointAddress: collector[protocol],
            protocol,
            isSecure: false,
            headers: {},
            timeoutMs: 10_000,
          },
          { serviceName: 'shop' },
        )
        assert.deepEqual(await exporter.export([SPAN, OTHER], never), { kind: 'exported' })
        assert.deepEqual(
          await readBack(backend, 2),
          [SPAN, OTHER].map((span) => toZipkinSpan(span, { serviceName: 'shop' })),
        )
      })

  test('writes the Zipkin form of a span that we write', async function () {
    this.timeout(60_000)
    await using backend = await startBackend()
    await using collector = await startCollector(this, {
      zipkin: { endpoint: `${backend.url}/api/v2/spans`, ...AT_ONCE },
    })
    await using exporter = await createOtlpExporter(
      {
        endpointAddress: collector.http,
        protocol: 'http',
        isSecure: false,
        headers: {},
        timeoutMs: 10_000,
      },
      { serviceName: 'shop' },
    )
    assert.deepEqual(await exporter.export([SPAN], never), { kind: 'exported' })
    const [span] = await readBack(backend, 1)
    const { tags = {}, ...rest } = span as ZipkinSpan
    const { tags: ours = {}, ...restOfOurs } = toZipkinSpan(SPAN, { serviceName: 'shop' })
    assert.deepEqual(rest, restOfOurs)
    // It has words of its own for the status and the scope: STATUS_CODE_ERROR, otel.library.name.
    for (const key of ['dapr.api', 'dapr.status_code']) assert.equal(tags[key], ours[key], key)
  })

  test('hands Zipkin spans on as OTLP, and they read as before', async function () {
    this.timeout(60_000)
    await using backend = await startBackend()
    await using collector = await startCollector(this, otlpTo(backend.url, 'proto', 'gzip'))
    const sent = toZipkinSpan(SPAN, { serviceName: 'shop' })
    const response = await fetch(`http://${collector.zipkin}/api/v2/spans`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: encodeZipkinSpans([sent]),
    })
    assert.equal(response.status, 202)
    const [span] = await readBack(backend, 1)
    const { tags = {}, ...rest } = span as ZipkinSpan
    const { tags: before = {}, ...restBefore } = sent
    assert.deepEqual(rest, restBefore)
    for (const [key, value] of Object.entries(before)) assert.equal(tags[key], value, key)
  })

  for (const protocol of ['http', 'grpc'] as const)
    test(`hands on the metrics that are pushed by ${protocol}, unchanged`, async function () {
      this.timeout(60_000)
      await using receiver = await startOtlpReceiver('http')
      await using collector = await startCollector(
        this,
        otlpTo(`http://${receiver.address}`, 'proto', 'gzip'),
      )
      for (const [endpointAddress, spoken] of [
        [receiver.address, 'http'],
        [collector[protocol], protocol],
      ] as const) {
        const settings = { isSecure: false, headers: {}, timeoutMs: 10_000 }
        await using exporter = await createOtlpMetricExporter(
          { ...settings, endpointAddress, protocol: spoken },
          { serviceName: 'shop' },
        )
        assert.deepEqual(await exporter.push(FAMILIES, START_US + 7, never), { kind: 'pushed' })
      }
      await receiver.waitFor(() => receiver.metrics.length === 2)
      // The Collector leaves out a number that is zero.
      const [direct, relayed] = receiver.metrics.map(({ request }) =>
        request.resourceMetrics?.map(({ resource, scopeMetrics }) => [
          resource?.attributes,
          scopeMetrics,
        ]),
      )
      assert.deepEqual(relayed, direct)
    })

  test('gives our exporter the answer of what stands behind it', async function () {
    this.timeout(60_000)
    await using receiver = await startOtlpReceiver('http', { kind: 'refuse', status: 503 })
    await using collector = await startCollector(
      this,
      otlpTo(`http://${receiver.address}`, 'proto', 'none'),
    )
    for (const protocol of ['http', 'grpc'] as const) {
      await using exporter = await createOtlpExporter(
        {
          endpointAddress: collector[protocol],
          protocol,
          isSecure: false,
          headers: {},
          timeoutMs: 10_000,
        },
        { serviceName: 'shop' },
      )
      receiver.behave({ kind: 'refuse', status: 503 })
      assert.equal((await exporter.export([SPAN], never)).kind, 'failed')
      receiver.behave({ kind: 'refuse', status: 400 })
      assert.equal((await exporter.export([SPAN], never)).kind, 'refused')
    }
  })
})
