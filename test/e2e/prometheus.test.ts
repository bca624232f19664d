import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { startPrometheus } from '../support/real-prometheus.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'
import { startBackend } from './backend-fixture.ts'

describe('a real Prometheus', () => {
  test('scrapes two sidecars and answers Dapr’s dashboard queries', async function () {
    this.timeout(60_000)
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const b = await sidecars.start('app-b', { appPort: app.port })
    for (let i = 0; i < 20; i++) await send(a.port, 'GET', `/v1.0/invoke/app-b/method/orders/${i}`)
    await using prometheus = await startPrometheus(this, {
      targets: [a, b].map(({ metricsPort }) => `127.0.0.1:${metricsPort}`),
    })
    const answerTo = async (expression: string): Promise<number> => {
      const [sample] = await prometheus.query(expression)
      return Number(sample?.value[1])
    }
    await eventually(async () => (await answerTo('count(up == 1)')) === 2, { deadlineMs: 30_000 })
    const queries: readonly (readonly [expression: string, value: number])[] = [
      [
        'sum(dapr_http_server_request_count{app_id="app-a",path="/v1.0/invoke/app-b/method/orders/{id}"})',
        20,
      ],
      [
        'sum(dapr_runtime_service_invocation_req_recv_total{app_id="app-b",src_app_id="app-a"})',
        20,
      ],
      ['sum(dapr_http_client_completed_count{app_id="app-b",path="/orders/{id}"})', 20],
      ['max(dapr_http_server_latency_bucket{app_id="app-a",le="+Inf",status="200"})', 20],
      ['count(process_resident_memory_bytes)', 2],
      ['min(sidelight_configuration_last_reload_successful)', 1],
    ]
    for (const [expression, value] of queries)
      await eventually(async () => {
        assert.equal(await answerTo(expression), value, expression)
        return true
      })
  })

  test('keeps the exemplar of a slow call, whose trace opens in the backend', async function () {
    this.timeout(60_000)
    await using backend = await startBackend()
    await using app = await startTestApp()
    await using sidecars = await startSidecars(
      tracing({ endpoint: `http://127.0.0.1:${backend.port}/api/v2/spans` }),
    )
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    await using prometheus = await startPrometheus(this, {
      targets: [`127.0.0.1:${a.metricsPort}`],
    })
    await send(a.port, 'GET', '/v1.0/invoke/app-b/method/orders/7')
    const [exemplar] = await eventually(
      async () => {
        const found = await prometheus.exemplars(
          'dapr_http_server_latency_bucket{path="/v1.0/invoke/app-b/method/orders/{id}"}',
        )
        return found.length > 0 && found
      },
      { deadlineMs: 30_000 },
    )
    const { trace_id, span_id } = exemplar?.labels ?? {}
    const trace = await eventually(async () => {
      const answer = await fetch(`${backend.url}/api/v2/trace/${trace_id}`)
      const spans = (await answer.json()) as { id: string; name: string }[]
      return spans.some(({ id }) => id === span_id) && spans
    })
    assert.deepEqual(
      trace.map(({ name }) => name),
      Array(trace.length).fill('calllocal/app-b/orders/7'),
    )
    assert.ok((await prometheus.exemplars('dapr_runtime_service_invocation_req_sent_total')).length)
  })
})
