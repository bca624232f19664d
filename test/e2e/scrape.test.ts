import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registration } from '../../src/net/index.ts'
import { eventually } from '../support/eventually.ts'
import { startPrometheus } from '../support/real-prometheus.ts'
import { startTestApp } from '../support/test-app.ts'
import { type Sidecars, send, startSidecars } from '../support/test-sidecars.ts'
import { startBackend, TEST_SETTINGS } from './backend-fixture.ts'

const FAST = { ...TEST_SETTINGS.metrics, scrapeIntervalMs: 100 }

/** A backend that scrapes these sidecars, and what an expression is: labels, then value. */
async function scraping(sidecars: Pick<Sidecars, 'registrations' | 'sender'>) {
  const backend = await startBackend({ metrics: FAST }, { sidecars })
  const ask = async (expression: string): Promise<string[]> => {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`
    const { data } = (await backend.getJson(path)) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] }
    }
    return data.result.map(({ metric, value }) => `${metric.app_id ?? ''} ${value[1]}`).sort()
  }
  const shows = (expression: string, expected: readonly string[]) =>
    eventually(async () => {
      assert.deepEqual(await ask(expression), expected, expression)
      return true
    })
  return { ...backend, ask, shows, [Symbol.asyncDispose]: backend[Symbol.asyncDispose] }
}

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Listens, and does not answer. */
const NEVER = 'never'

/** Something on a metrics port that answers what it is told to. */
async function startExposer(body: () => string | undefined) {
  const server = createServer((_request, response) => {
    const text = body()
    if (text === undefined) response.destroy()
    else if (text !== NEVER) {
      const type = text.endsWith('# EOF\n') ? OPENMETRICS : 'text/plain; version=0.0.4'
      response.setHeader('Content-Type', type).end(text)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const registration: Registration = {
    appId: 'liar',
    namespace: 'default',
    pid: process.pid,
    host: '127.0.0.1',
    internalPort: 1,
    httpPort: 1,
    metricsPort: port,
    appPort: 0,
    startedUs: 1,
  }
  return {
    registration,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('the backend’s scraper', () => {
  test('finds sidecars, keeps what they say, and sees them go', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    await using backend = await scraping(sidecars)
    const a = await sidecars.start('app-a')
    await backend.shows('up', ['app-a 1'])
    const b = await sidecars.start('app-b', { appPort: app.port })
    await backend.shows('up', ['app-a 1', 'app-b 1'])
    for (let i = 0; i < 5; i++) await send(a.port, 'GET', `/v1.0/invoke/app-b/method/orders/${i}`)
    await backend.shows(
      'sum by (app_id) (dapr_runtime_service_invocation_req_recv_total{src_app_id="app-a"})',
      ['app-b 5'],
    )
    assert.deepEqual(await backend.ask('scrape_samples_scraped > bool 100'), ['app-a 1', 'app-b 1'])
    assert.deepEqual(await backend.ask('count(up{job="sidelight",instance=~"127.0.0.1:.+"})'), [
      ' 2',
    ])
    const metadata = (await backend.get('/api/v1/metadata')).text
    assert.match(metadata, /"dapr_http_server_latency":\[\{"type":"histogram"/)
    await b.stop()
    // Its series end at once, not five minutes later.
    await backend.shows('up', ['app-a 1'])
    await backend.shows('count by (app_id) ({__name__=~"dapr_.*"}) > bool 0', ['app-a 1'])
    assert.match((await backend.get('/metrics')).text, /scrapes_total\{outcome="ok"\} \d/)
  })

  test('says who is down, and ends what it had', async () => {
    let body: string | undefined = 'good 1\n'
    await using exposer = await startExposer(() => body)
    await using sidecars = await startSidecars()
    const { sender } = sidecars
    const list = async () => [exposer.registration]
    await using backend = await scraping({
      registrations: { ...sidecars.registrations, list },
      sender,
    })
    await backend.shows('good', ['liar 1'])
    for (const bad of ['good 1\n{bad\n', undefined, '# TYPE good nothing\n', NEVER]) {
      body = bad
      await backend.shows('up', ['liar 0'])
      await backend.shows('good', [])
      body = 'good 2\n'
      await backend.shows('good', ['liar 2'])
      await backend.shows('up', ['liar 1'])
    }
    assert.match((await backend.get('/metrics')).text, /scrapes_total\{outcome="failed"\} \d/)
    body = 'good_total 3 # {trace_id="4bf9"} 1\n# EOF\n'
    await backend.shows('good_total', ['liar 3'])
    const exemplars = (await backend.get('/api/v1/query_exemplars?query=good_total')).text
    assert.match(exemplars, /"exemplars":\[\{"labels":\{"trace_id":"4bf9"\},"value":"1",/)
  })
})

describe('GET /sd', () => {
  test('tells a real Prometheus of a new sidecar', async function () {
    this.timeout(60_000)
    await using sidecars = await startSidecars()
    await using backend = await scraping(sidecars)
    assert.equal((await backend.get('/sd')).text, '[]')
    await using prometheus = await startPrometheus(this, {
      config: JSON.stringify({
        global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
        scrape_configs: [
          {
            job_name: 'found',
            http_sd_configs: [{ url: `${backend.url}/sd`, refresh_interval: '1s' }],
          },
        ],
      }),
    })
    const { metricsPort } = await sidecars.start('late')
    assert.deepEqual(await backend.getJson('/sd'), [
      {
        targets: [`127.0.0.1:${metricsPort}`],
        labels: { job: 'sidelight', app_id: 'late', __meta_sidelight_namespace: 'default' },
      },
    ])
    await eventually(
      async () => {
        const [sample] = await prometheus.query('up{app_id="late",job="sidelight"}')
        return sample?.value[1] === '1'
      },
      { deadlineMs: 30_000 },
    )
  })
})
