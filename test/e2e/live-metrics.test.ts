import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, type TestSidecar } from '../support/test-sidecars.ts'

/** A Configuration with this under `metric`, one field a line. */
const metric = (...fields: readonly string[]): string =>
  [
    'apiVersion: dapr.io/v1alpha1',
    'kind: Configuration',
    'metadata: { name: test }',
    'spec:',
    '  metric:',
    ...fields.map((field) => `    ${field}`),
    '',
  ].join('\n')

const NO_FIELD = 'enabled: true'

async function open(...fields: readonly string[]) {
  const app = await startTestApp()
  const sidecars = await startSidecars(metric(...(fields.length === 0 ? [NO_FIELD] : fields)))
  const sidecar = await sidecars.start('shop', { appPort: app.port })
  let edits = 1
  return {
    sidecar,
    get: (path: string) => send(sidecar.port, 'GET', path),
    /** Settles when the edit is in force. */
    async edit(...next: readonly string[]) {
      await sidecars.configure(metric(...next))
      edits++
      await eventually(
        async () => (await sidecar.metadata()).sidelight.configuration.generation === edits,
      )
    },
    /** Settles when the edit was read, and rejected. */
    async refused(...next: readonly string[]) {
      const { problems } = (await sidecar.metadata()).sidelight.configuration
      await sidecars.configure(metric(...next))
      await eventually(async () => {
        const { configuration } = (await sidecar.metadata()).sidelight
        return (
          configuration.lastReload === 'rejected' &&
          configuration.problems[0]?.code !== problems[0]?.code
        )
      })
    },
    async [Symbol.asyncDispose]() {
      await sidecars[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

const REQUESTS = 'dapr_http_server_request_count'
/** Label sets of a metric, without the app id. */
const seriesOf = async (sidecar: TestSidecar, name: string): Promise<string[]> =>
  [...(await sidecar.metrics()).matchAll(new RegExp(`^${name}\\{app_id="shop",?(.*)\\} `, 'gm'))]
    .map(([, labels = '']) => labels)
    .filter((labels) => !labels.includes('metadata'))

describe('the metric section of a Configuration, live', () => {
  test('takes Dapr’s metrics off the page and puts them back, on the same port', async () => {
    await using shop = await open()
    await shop.get('/v1.0/healthz')
    await shop.edit('enabled: false')
    await shop.get('/v1.0/healthz')
    const page = await shop.sidecar.metrics()
    assert.doesNotMatch(page, /^dapr_/m)
    assert.match(page, /^sidelight_configuration_generation 2$/m)
    assert.match(page, /^process_cpu_seconds_total /m)
    await shop.edit(NO_FIELD)
    await shop.get('/v1.0/healthz')
    assert.deepEqual(await seriesOf(shop.sidecar, REQUESTS), [
      'method="GET",path="/v1.0/healthz",status="204"',
    ])
    assert.match(await shop.sidecar.metrics(), /path="\/v1.0\/healthz",status="204"\} 1$/m)
  })

  test('changes the labels of paths and methods [dapr: http_monitoring.go]', async () => {
    await using shop = await open()
    const call = () => shop.get('/v1.0/invoke/shop/method/orders/abc')
    const look = async () => ({
      server: await seriesOf(shop.sidecar, REQUESTS),
      app: await seriesOf(shop.sidecar, 'dapr_http_client_completed_count'),
      responses: (await seriesOf(shop.sidecar, 'dapr_http_server_response_count')).length > 0,
    })
    await call()
    assert.deepEqual(await look(), {
      server: ['method="GET",path="/v1.0/invoke/shop/method/orders/abc",status="200"'],
      app: ['method="GET",path="/orders/abc",status="200"'],
      responses: true,
    })

    await shop.edit('http: { increasedCardinality: false, excludeVerbs: true }')
    await call()
    const { server, app, responses } = await look()
    assert.ok(server.includes('method="",path="",status="200"'))
    assert.deepEqual(app, ['method="",path="",status="200"'])
    assert.equal(responses, false)

    await shop.edit('http: { increasedCardinality: false, pathMatching: ["/orders/{id}"] }')
    await call()
    const matched = await look()
    assert.ok(
      matched.server.includes(
        'method="GET",path="/v1.0/invoke/{app_id}/method/orders/{id}",status="200"',
      ),
    )
    assert.deepEqual(matched.app, ['method="GET",path="/orders/{id}",status="200"'])
  })

  test('counts errors by their code when it is asked to [dapr: errorcode_monitoring.go]', async () => {
    await using shop = await open()
    await shop.get('/v1.0/state/none/key')
    assert.doesNotMatch(await shop.sidecar.metrics(), /dapr_error_code_total/)
    await shop.edit('recordErrorCodes: true')
    await shop.get('/v1.0/state/none/key')
    await shop.get('/v1.0/invoke/ghost/method/x')
    await shop.get('/v1.0/invoke/ghost/method/x')
    const page = await shop.sidecar.metrics()
    for (const line of [
      'error_code="ERR_STATE_STORE_NOT_CONFIGURED",category="state"} 1',
      'error_code="ERR_DIRECT_INVOKE",category="service-invocation"} 2',
    ])
      assert.ok(page.includes(`dapr_error_code_total{app_id="shop",${line}`), page)
  })

  test('changes the bounds of latencies, which begin anew, and of nothing else', async () => {
    await using shop = await open()
    await shop.get('/v1.0/healthz')
    await shop.edit('latencyDistributionBuckets: [7, 70]')
    await shop.get('/v1.0/healthz')
    const page = await shop.sidecar.metrics()
    const bounds = (name: string): string[] =>
      [...page.matchAll(new RegExp(`^${name}_bucket\\{.*(?:healthz.*)?le="(.*)"\\} `, 'gm'))].map(
        ([, le = '']) => le,
      )
    assert.deepEqual([...new Set(bounds('dapr_http_server_latency'))], ['7', '70', '+Inf'])
    assert.equal(new Set(bounds('dapr_http_server_request_bytes')).size, 14)
    assert.match(page, /^dapr_http_server_latency_count\{.*healthz.*\} 1$/m)
    assert.match(page, /^dapr_http_server_request_count\{.*healthz.*\} 2$/m)
  })

  test('rewrites labels by rules, once a series', async () => {
    const rules = [
      'rules:',
      '  - name: http/server/request_count',
      '    labels:',
      '      - name: path',
      '        regex: { "/v1.0/invoke/{app}/$1": "^/v1.0/invoke/[^/]+/method/(orders|parcels).*$" }',
    ]
    await using shop = await open(...rules)
    for (const path of ['orders/a', 'orders/b', 'parcels/c'])
      await shop.get(`/v1.0/invoke/shop/method/${path}`)
    assert.deepEqual(await seriesOf(shop.sidecar, REQUESTS), [
      'method="GET",path="/v1.0/invoke/{app}/orders",status="200"',
      'method="GET",path="/v1.0/invoke/{app}/parcels",status="200"',
    ])
    // No other metric has that rule.
    assert.equal((await seriesOf(shop.sidecar, 'dapr_http_server_latency_count')).length, 3)
  })

  test('says what is in force, and what an edit has changed', async () => {
    await using shop = await open()
    await shop.edit('recordErrorCodes: true', 'latencyDistributionBuckets: [7, 70]')
    const { metrics, configuration } = (await shop.sidecar.metadata()).sidelight
    assert.deepEqual(metrics, {
      enabled: true,
      recordErrorCodes: true,
      latencyBucketsMs: [7, 70],
      increasedCardinality: true,
      excludeVerbs: false,
      pathMatching: [],
      rules: [],
    })
    assert.ok(
      configuration.lastChange.some(
        ({ path, after }) => path === 'metric.recordErrorCodes' && after === 'true',
      ),
    )
  })

  test('refuses patterns that contradict each other, with the line, and stays as it was', async () => {
    await using shop = await open('http:', '  pathMatching:', '    - /orders/{id}')
    await shop.get('/v1.0/invoke/shop/method/orders/abc')
    const before = (await shop.sidecar.metadata()).sidelight.metrics
    for (const [pattern, code] of [
      ['/{any}/special', 'PATTERN_CONFLICT'],
      ['/orders{id}', 'PATTERN_INVALID'],
    ] as const) {
      const shopFile = ['http:', '  pathMatching:', '    - /orders/{id}', `    - ${pattern}`]
      await shop.refused(...shopFile)
      const { configuration, metrics } = (await shop.sidecar.metadata()).sidelight
      assert.deepEqual(
        configuration.problems.map((problem) => [problem.code, problem.line]),
        [[code, 9]],
      )
      assert.deepEqual(metrics, before)
    }
  })
})
