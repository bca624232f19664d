import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import type { OtlpKeyValue, OtlpWireMetric, OtlpWirePoint } from '../support/otlp-protos.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { send, startSidecars, type TestSidecar } from '../support/test-sidecars.ts'

type Received = OtlpReceiver['metrics'][number]

const TOKEN = 'planted-push-token'
const CUMULATIVE = 2
const pushTo = (address: string, protocol: string) => ({
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://${address}`,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol === 'http' ? 'http/protobuf' : 'grpc',
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: `x-token=${TOKEN}`,
  OTEL_METRIC_EXPORT_INTERVAL: '30',
})

const textOf = (attributes: readonly OtlpKeyValue[] = []): string =>
  attributes
    .map(({ key, value }) => `${key}="${value?.stringValue}"`)
    .sort()
    .join()

/** A metric that was pushed, as lines of a page: buckets add up there. */
function linesOf({ name = '', sum, gauge, histogram }: OtlpWireMetric): string[] {
  if (histogram != null) {
    assert.equal(histogram.aggregationTemporality, CUMULATIVE)
    return (histogram.dataPoints ?? []).flatMap((point) => bucketLines(name, point))
  }
  if (sum != null)
    assert.deepEqual([sum.aggregationTemporality, sum.isMonotonic], [CUMULATIVE, true])
  return ((sum ?? gauge)?.dataPoints ?? []).map(
    ({ attributes, asDouble }) => `${name}{${textOf(attributes)}} ${asDouble ?? 0}`,
  )
}

function bucketLines(name: string, point: OtlpWirePoint): string[] {
  const { attributes = [], bucketCounts = [], explicitBounds = [], sum = 0, count } = point
  assert.equal(bucketCounts.length, explicitBounds.length + 1)
  let below = 0
  const buckets = bucketCounts.map((bucket, i) => {
    below += Number(bucket)
    const le = { key: 'le', value: { stringValue: `${explicitBounds[i] ?? '+Inf'}` } }
    return `${name}_bucket{${textOf([...attributes, le])}} ${below}`
  })
  const labels = textOf(attributes)
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`]
}

/** The page's own lines, their labels in order. What changes from one moment to the next is left out. */
const samplesOf = (page: string): string[] =>
  page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([^{ ]+)(?:\{(.*)\})? (.*)$/.exec(line) ?? []
      return `${name}{${(labels.match(/\w+="[^"]*"/g) ?? []).sort().join()}} ${value}`
    })
const isSteady = (line: string): boolean => !/^(process_|nodejs_|sidelight_metrics_pu)/.test(line)

const metricsOf = ({ request }: Received): readonly OtlpWireMetric[] =>
  (request.resourceMetrics ?? [])
    .flatMap(({ scopeMetrics }) => scopeMetrics ?? [])
    .flatMap(({ metrics }) => metrics ?? [])
const pointsOf = ({ sum, gauge, histogram }: OtlpWireMetric): readonly OtlpWirePoint[] =>
  (sum ?? gauge ?? histogram)?.dataPoints ?? []

/** Each push with all its parts, which are of one time. */
function pushesTo({ metrics }: OtlpReceiver): readonly (readonly OtlpWireMetric[])[] {
  const pushes = new Map<unknown, OtlpWireMetric[]>()
  for (const received of metrics) {
    const part = metricsOf(received)
    const time = part.flatMap(pointsOf)[0]?.timeUnixNano
    pushes.set(time, [...(pushes.get(time) ?? []), ...part])
  }
  return [...pushes.values()]
}

/** One that begins from now on, when it is whole: the next one has begun. */
async function nextPush(receiver: OtlpReceiver): Promise<readonly OtlpWireMetric[]> {
  const begun = pushesTo(receiver).length
  await receiver.waitFor(() => pushesTo(receiver).length >= begun + 2)
  return pushesTo(receiver)[begun] ?? []
}

const pushes = async (sidecar: TestSidecar, result: string): Promise<number> =>
  Number(
    new RegExp(`metrics_pushes_total\\{result="${result}"\\} (\\d+)`).exec(
      await sidecar.metrics(),
    )?.[1],
  )

describe('metrics by push', () => {
  for (const protocol of ['http', 'grpc'] as const)
    test(`are over ${protocol} what a scraper gets`, async () => {
      await using receiver = await startOtlpReceiver(protocol)
      await using sidecars = await startSidecars()
      const sidecar = await sidecars.start('app-a', {
        env: {
          ...pushTo(receiver.address, protocol),
          OTEL_SERVICE_NAME: 'shop',
          OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        },
      })
      for (const key of ['a', 'b'])
        await send(sidecar.port, 'PUT', `/v1.0/metadata/${key}`, [], 'x')
      await send(sidecar.port, 'POST', '/v1.0/invoke/nobody/method/x')
      const scraped = samplesOf(await sidecar.metrics())
        .filter(isSteady)
        .sort()
      const metrics = await nextPush(receiver)
      assert.deepEqual(metrics.flatMap(linesOf).filter(isSteady).sort(), scraped)
      assert.ok(scraped.some((line) => /dapr_http_server_latency_bucket.* [1-9]/.test(line)))
      // What OpenTelemetry calls a unit would become part of the name.
      assert.ok(metrics.every(({ unit }) => !unit))
      assert.ok(metrics.some(({ name }) => name === 'process_cpu_seconds_total'))

      const [resource] = receiver.metrics[0]?.request.resourceMetrics ?? []
      assert.equal(
        textOf(resource?.resource?.attributes),
        `deployment.environment.name="test",service.instance.id="test-host:${process.pid}",service.name="shop"`,
      )
      assert.equal(receiver.metrics[0]?.headers['x-token'], TOKEN)
      assert.ok(!`${await sidecar.metrics()}${sidecar.log}`.includes(TOKEN))
    })

  test('count since the begin, and anew when a Configuration has changed a metric', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using sidecars = await startSidecars()
    const sidecar = await sidecars.start('app-a', { env: pushTo(receiver.address, 'http') })
    const nextStart = async (): Promise<bigint> => {
      await send(sidecar.port, 'GET', '/v1.0/metadata')
      const metrics = await nextPush(receiver)
      const latency = metrics.find(({ name }) => name === 'dapr_http_server_latency')
      const [point] = latency?.histogram?.dataPoints ?? []
      assert.ok(BigInt(point?.startTimeUnixNano ?? 0) <= BigInt(point?.timeUnixNano ?? 0))
      return BigInt(point?.startTimeUnixNano ?? 0)
    }
    const first = await nextStart()
    assert.equal(await nextStart(), first)
    await sidecars.configure(
      'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: { name: test }\nspec: { metric: { latencyDistributionBuckets: [1, 1000] } }\n',
    )
    assert.ok(await eventually(async () => (await nextStart()) > first))
  })

  test('hold up nobody and lose nothing when nobody takes them, which is said once', async () => {
    const port = await freePort()
    await using sidecars = await startSidecars()
    const sidecar = await sidecars.start('app-a', { env: pushTo(`127.0.0.1:${port}`, 'http') })
    await eventually(async () => (await pushes(sidecar, 'failed')) >= 3)
    assert.equal((await send(sidecar.port, 'GET', '/v1.0/metadata')).status, 200)
    const said = sidecar.log.filter((line) => line.includes('metrics are not pushed'))
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`))
  })

  for (const protocol of ['http', 'grpc'] as const)
    test(`go on over ${protocol} after a refusal and a silence`, async () => {
      await using receiver = await startOtlpReceiver(protocol, {
        kind: 'refuse',
        status: 401,
        code: 16,
      })
      await using sidecars = await startSidecars()
      const sidecar = await sidecars.start('app-a', {
        env: {
          ...pushTo(receiver.address, protocol),
          OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '50',
        },
      })
      await eventually(async () => (await pushes(sidecar, 'failed')) >= 1)
      receiver.behave({ kind: 'black-hole' })
      const refused = await pushes(sidecar, 'failed')
      await eventually(async () => (await pushes(sidecar, 'failed')) >= refused + 2)
      assert.equal((await send(sidecar.port, 'GET', '/v1.0/metadata')).status, 200)
      receiver.behave({
        kind: 'accept',
        partialSuccess: { rejectedDataPoints: 3, errorMessage: 'too old' },
      })
      await eventually(async () => (await pushes(sidecar, 'pushed')) >= 1)
      assert.match(await sidecar.metrics(), /push_rejected_points_total [1-9]/)
      const told = sidecar.log.filter((line) => /pushed|rejected/.test(line))
      assert.match(told[0] ?? '', protocol === 'http' ? /answered 401/ : /answered UNAUTHENTICATED/)
      assert.match(told[1] ?? '', /metrics are pushed again/)
      assert.match(told[2] ?? '', /refused 3 data points: too old/)
    })

  test('are pushed a last time at a stop, in a bounded time', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using sidecars = await startSidecars()
    const start = () =>
      sidecars.start('app-a', {
        env: { ...pushTo(receiver.address, 'http'), OTEL_METRIC_EXPORT_INTERVAL: '600000' },
      })
    const sidecar = await start()
    await send(sidecar.port, 'GET', '/v1.0/metadata')
    await sidecar.stop()
    const [last = [], ...more] = pushesTo(receiver)
    assert.deepEqual(more, [])
    const requests = last.find(({ name }) => name === 'dapr_http_server_request_count')
    assert.equal(requests?.sum?.dataPoints?.[0]?.asDouble, 1)
    receiver.behave({ kind: 'black-hole' })
    await (await start()).stop()
    assert.equal(pushesTo(receiver).length, 2)
  })

  test('stay with the scraper where only an endpoint for spans is named', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using sidecars = await startSidecars()
    const sidecar = await sidecars.start('app-a', {
      configFiles: [],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${receiver.address}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
        OTEL_METRIC_EXPORT_INTERVAL: '10',
      },
    })
    await send(sidecar.port, 'GET', '/v1.0/metadata')
    await receiver.waitFor(() => receiver.exports.length > 0)
    await sidecar.stop()
    assert.equal(receiver.metrics.length, 0)
  })
})
