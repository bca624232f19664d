import assert from 'node:assert/strict'
import { createOtlpMetricExporter } from '../../../src/adapters/otlp/index.ts'
import type { MetricFamily, MetricSeries } from '../../../src/wire/metric-family.ts'
import { startOtlpReceiver } from '../../support/otlp-receiver.ts'

const START_US = 1_767_225_600_000_000
const never = new AbortController().signal
const open = (endpointAddress: string, protocol: 'http' | 'grpc' = 'http', path?: string) =>
  createOtlpMetricExporter(
    { endpointAddress, protocol, path, isSecure: false, headers: {}, timeoutMs: 5_000 },
    { serviceName: 'shop' },
  )
const family = (
  series: readonly MetricSeries[],
  type: MetricFamily['type'] = 'gauge',
  name = 'sold',
): MetricFamily => ({ name, help: 'Sold.', type, startUs: START_US, series })
const gauges = (count: number, name?: string): MetricFamily =>
  family(
    Array.from({ length: count }, (_, n) => ({ labels: { n }, value: n })),
    'gauge',
    name,
  )

describe('createOtlpMetricExporter', () => {
  for (const [counts, calls] of [
    [[0], []],
    [[1], [1]],
    [[250], [250]],
    [[251], [250, 1]],
    [
      [150, 150, 0, 225],
      [250, 250, 25],
    ],
  ] as const)
    test(`sends ${counts.join(' and ')} points in ${calls.length} calls, each once`, async () => {
      await using receiver = await startOtlpReceiver('http')
      await using exporter = await open(receiver.address)
      const families = counts.map((count, i) => gauges(count, `sold_${i}`))
      assert.deepEqual(await exporter.push(families, START_US, never), { kind: 'pushed' })
      const metrics = receiver.metrics.map(({ request }) =>
        (request.resourceMetrics ?? [])
          .flatMap(({ scopeMetrics }) => scopeMetrics ?? [])
          .flatMap(({ metrics }) => metrics ?? []),
      )
      const points = metrics.map((each) =>
        each.flatMap(({ name, gauge }) =>
          (gauge?.dataPoints ?? []).map(
            ({ attributes }) => `${name} ${attributes?.[0]?.value?.stringValue}`,
          ),
        ),
      )
      assert.deepEqual(
        points.map(({ length }) => length),
        calls,
      )
      assert.equal(
        new Set(points.flat()).size,
        counts.reduce((sum: number, each) => sum + each, 0),
      )
    })

  test('stops at the first part that is not taken', async () => {
    await using receiver = await startOtlpReceiver('http', { kind: 'refuse', status: 503 })
    await using exporter = await open(receiver.address)
    const outcome = await exporter.push([gauges(1_000)], START_US, never)
    assert.deepEqual(outcome, {
      kind: 'failed',
      reason: `http://${receiver.address}: answered 503`,
    })
    assert.equal(receiver.metrics.length, 1)
  })

  for (const protocol of ['http', 'grpc'] as const)
    test(`adds up what was rejected over ${protocol} [otlp: partial success]`, async () => {
      const partialSuccess = { rejectedDataPoints: 3, errorMessage: 'too old' }
      await using receiver = await startOtlpReceiver(protocol, { kind: 'accept', partialSuccess })
      await using exporter = await open(receiver.address, protocol)
      assert.deepEqual(await exporter.push([gauges(400)], START_US, never), {
        kind: 'pushed',
        rejected: {
          points: 6,
          reason: `http://${receiver.address}: refused 3 data points: too old`,
        },
      })
    })

  test('counts what lies beyond the last bound, and goes where its path says', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using exporter = await open(receiver.address, 'http', '/api/v1/otlp/v1/metrics')
    const series = { labels: {}, bounds: [1, 2], counts: [3, 0], sum: 2 ** 33, count: 2 ** 33 }
    await exporter.push([family([series], 'histogram')], START_US, never)
    const [{ headers, request } = { headers: {}, request: {} }] = receiver.metrics
    assert.equal(headers[':path'], '/api/v1/otlp/v1/metrics')
    const metric = request.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics?.[0]
    const [point] = metric?.histogram?.dataPoints ?? []
    assert.deepEqual(point?.bucketCounts?.map(Number), [3, 0, 2 ** 33 - 3])
    assert.deepEqual(point?.explicitBounds, [1, 2])
  })

  test('has no point that ends before it begins, when the wall clock was set back', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using exporter = await open(receiver.address)
    await exporter.push([gauges(1)], START_US - 1_000_000, never)
    const metrics = receiver.metrics[0]?.request.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics
    const [point] = metrics?.[0]?.gauge?.dataPoints ?? []
    assert.deepEqual(
      [point?.startTimeUnixNano, point?.timeUnixNano],
      [`${START_US}000`, `${START_US}000`],
    )
  })

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0.5, Number.MAX_SAFE_INTEGER])
    test(`keeps the value ${value}`, async () => {
      await using receiver = await startOtlpReceiver('http')
      await using exporter = await open(receiver.address)
      await exporter.push([family([{ labels: {}, value }])], START_US, never)
      const metrics = receiver.metrics[0]?.request.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics
      assert.equal(metrics?.[0]?.gauge?.dataPoints?.[0]?.asDouble, value)
    })
})
