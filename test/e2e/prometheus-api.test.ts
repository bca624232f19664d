import assert from 'node:assert/strict'
import { createSampleStore } from '../../src/backend/samples/sample-store.ts'
import { createTargetWriter } from '../../src/backend/samples/target-writer.ts'
import { parseExposition } from '../../src/wire/parse-exposition.ts'
import { ROOMY } from '../support/sample-table.ts'
import { startBackend } from './backend-fixture.ts'

const START = 1_767_225_600
const SCRAPE = `# TYPE latency_seconds histogram
# HELP latency_seconds How long.
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.1"} 8 ${START} # {trace_id="abc"} 0.067 ${START}.5
latency_seconds_bucket{le="+Inf"} 9 ${START} # {trace_id="def"} 0.5 ${START}.25
# EOF
`

async function start() {
  const samples = createSampleStore(ROOMY)
  const parsed = parseExposition(SCRAPE, 'openmetrics')
  assert.ok(parsed.ok)
  createTargetWriter(samples, (labels) => labels).write(parsed.value, 0)
  return startBackend({}, { samples })
}

describe('backend: the Prometheus API', () => {
  test('gives exemplars of every series that a query selects', async () => {
    await using backend = await start()
    const query = 'histogram_quantile(0.9, rate(latency_seconds_bucket{le="0.1"}[5m]))'
    const span = `start=${START}&end=${START + 1}`
    const path = `/api/v1/query_exemplars?query=${encodeURIComponent(query)}&${span}`
    assert.deepEqual(await backend.getJson(path), {
      status: 'success',
      data: [
        {
          seriesLabels: { __name__: 'latency_seconds_bucket', le: '0.1' },
          exemplars: [{ labels: { trace_id: 'abc' }, value: '0.067', timestamp: START + 0.5 }],
        },
      ],
    })
    assert.deepEqual(await backend.getJson(path.replace(`end=${START + 1}`, `end=${START}`)), {
      status: 'success',
      data: [],
    })
  })

  test('tells what a metric is, and whose API this is', async () => {
    await using backend = await start()
    assert.deepEqual(await backend.getJson('/api/v1/metadata?metric=latency_seconds'), {
      status: 'success',
      data: { latency_seconds: [{ type: 'histogram', help: 'How long.', unit: 'seconds' }] },
    })
    const { data } = (await backend.getJson('/api/v1/status/buildinfo')) as {
      data: Record<string, string>
    }
    assert.deepEqual([data.version, data.revision], ['3.0.0', 'sidelight 1.2.3'])
    assert.deepEqual(await backend.getJson('/api/v1/rules'), {
      status: 'success',
      data: { groups: [] },
    })
    assert.deepEqual(await backend.getJson('/api/v1/alerts'), {
      status: 'success',
      data: { alerts: [] },
    })
  })

  test('is there beside the pages too, and counts under one name', async () => {
    await using backend = await start()
    const { status, text } = await backend.get('/zipkin/api/v1/label/le/values')
    assert.deepEqual([status, text], [200, '{"status":"success","data":["+Inf","0.1"]}'])
    const metrics = (await backend.get('/metrics')).text
    assert.match(metrics, /route="\/api\/v1\/label\/\{name\}\/values",status="200"\} 1/)
  })

  test('refuses a form that is too large, and other methods', async () => {
    await using backend = await start()
    const ask = (method: string, body?: string) =>
      fetch(`${backend.url}/api/v1/query`, {
        method,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        ...(body === undefined ? {} : { body }),
      })
    const large = await ask('POST', `query=${'a'.repeat(1_100_000)}`)
    assert.equal(large.status, 413)
    assert.match(await large.text(), /^\{"status":"error","errorType":"bad_data",/)
    assert.equal((await ask('DELETE')).status, 405)
  })

  test('answers more queries at once than it works on', async () => {
    await using backend = await start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => backend.get(`/api/v1/query?query=${i}%2B(&time=0`)),
    )
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [400])
    const good = await Promise.all(
      Array.from({ length: 20 }, (_, i) => backend.get(`/api/v1/query?query=${i}&time=0`)),
    )
    assert.deepEqual([...new Set(good.map(({ status }) => status))], [200])
  })
})
