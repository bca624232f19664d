import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { errorMetrics, sidecarCatalogue } from '../../src/telemetry/index.ts'
import { eventually } from '../support/eventually.ts'
import { exercised } from '../support/exercised-sidecar.ts'
import { freePort } from '../support/free-ports.ts'
import { assertGolden } from '../support/golden.ts'
import { requirePartner } from '../support/partners.ts'
import { openRaw } from '../support/raw-http.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const familiesOf = (page: string): Map<string, string> =>
  new Map(
    [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name as string,
      type as string,
    ]),
  )

describe('GET /metrics of a sidecar', () => {
  test('shows every family of the catalogue, with its type, and no other of ours', async () => {
    await exercised((_, page) => {
      const families = familiesOf(page)
      const declared = new Map<string, string>(
        sidecarCatalogue.map(({ name, type }) => [name, type]),
      )
      // Asked for by `recordErrorCodes`.
      declared.delete(errorMetrics.total.name)
      for (const [name, type] of declared) assert.equal(families.get(name), type, name)
      const ours = [...families.keys()].filter((name) => /^(dapr|sidelight)_/.test(name))
      assert.deepEqual(
        ours.filter((name) => !declared.has(name)),
        [],
      )
      assert.ok(families.has('process_cpu_seconds_total'))
    })
  })

  test('has exactly the labels of the catalogue on every sample', async () => {
    await exercised((_, page) => {
      for (const { name, labels, type } of sidecarCatalogue) {
        const samples = [
          ...page.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? `, 'gm')),
        ]
        for (const [line, text = ''] of samples) {
          const found = [...text.matchAll(/(\w+)="/g)]
            .map(([, label]) => label)
            .filter((label) => label !== 'le')
          assert.deepEqual(found.sort(), [...labels].sort(), line)
        }
        if (type === 'histogram') assert.ok(page.includes(`# TYPE ${name} histogram`))
      }
    })
  })

  test('counts what daprd counts, with its labels', async () => {
    await exercised(async (b, page) => {
      const line = (text: string): void => assert.ok(page.includes(text), `${text}\n${page}`)
      line(
        'dapr_http_server_request_count{app_id="app-b",method="GET",path="/v1.0/invoke/app-a/method/orders/{id}",status="200"} 1',
      )
      line(
        'dapr_http_server_request_count{app_id="app-b",method="GET",path="{unmatched}",status="404"} 1',
      )
      line(
        'dapr_http_client_completed_count{app_id="app-b",method="POST",path="/orders/{id}",status="200"} 1',
      )
      line(
        'dapr_http_client_sent_bytes_sum{app_id="app-b",method="POST",path="/orders/{id}",status=""} 3',
      )
      line('dapr_runtime_service_invocation_req_recv_total{app_id="app-b",src_app_id="app-a"} 1')
      line(
        'dapr_runtime_service_invocation_res_sent_total{app_id="app-b",dst_app_id="app-a",status="200"} 1',
      )
      line(
        'dapr_runtime_service_invocation_req_sent_total{app_id="app-b",dst_app_id="app-a",type="unary"} 1',
      )
      line(
        'dapr_runtime_service_invocation_res_recv_total{app_id="app-b",src_app_id="app-a",status="200",type="unary"} 1',
      )
      assert.match(
        page,
        /dapr_http_healthprobes_completed_count\{app_id="app-b",status="200"\} [1-9]/,
      )
      assert.match(page, /sidelight_exporter_spans_exported_total\{exporter="zipkin"\} [1-9]/)
      line('sidelight_exporter_up{exporter="zipkin"} 1')
      line('sidelight_configuration_generation 1')
      line('sidelight_resources_generation 1')
      line('dapr_runtime_component_loaded{app_id="app-b"} 2')
      // What the sidecar itself asks of the app, and a message that it delivers.
      for (const [method, path] of [
        ['GET', '/dapr/subscribe'],
        ['POST', '/orders'],
      ])
        line(
          `dapr_http_client_completed_count{app_id="app-b",method="${method}",path="${path}",status="200"} 1`,
        )
      line('sidelight_sidecar_added_latency_seconds_count{server="api"} 1')
      line('sidelight_sidecar_added_latency_seconds_count{server="internal"} 1')
      line(
        'sidelight_component_call_duration_seconds_count{block="state",component="store",operation="get",success="true"} 1',
      )
      assert.equal((await send(b.metricsPort, 'GET', '/')).body.toString().includes('dapr_'), true)
    })
  })

  test('stays bounded when a million paths come', async () => {
    await using sidecars = await startSidecars(tracing({ rate: '0' }))
    const a = await sidecars.start('app-a')
    const paths = Array.from(
      { length: 1_100 },
      (_, i) => `/v1.0/invoke/ghost/method/path-${i.toString(36)}x`,
    )
    for (let at = 0; at < paths.length; at += 100)
      await Promise.all(paths.slice(at, at + 100).map((path) => send(a.port, 'GET', path)))
    await send(a.port, 'GET', '/v1.0/invoke/x/method/items/123')
    const page = await a.metrics()
    const series = page.match(/^dapr_http_server_request_count\{/gm) ?? []
    assert.ok(series.length <= 1_010, `${series.length} series`)
    assert.match(page, /path="\{overflow\}"/)
    assert.match(
      page,
      /sidelight_metrics_folded_total\{metric="dapr_http_server_latency",label="path"\} [1-9]/,
    )
  })

  test('is packed when asked for, and the same', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const { header, body } = await send(a.metricsPort, 'GET', '/', ['Accept-Encoding: gzip'])
    assert.equal(header('content-encoding'), 'gzip')
    const page = gunzipSync(body).toString()
    assert.ok(body.length * 4 < page.length)
    assert.deepEqual(familiesOf(page), familiesOf(await a.metrics()))
    const head = await send(a.metricsPort, 'HEAD', '/')
    assert.deepEqual([head.status, head.body.length], [200, 0])
  })

  test('serves many scrapers at once, and loses nothing over those that leave half-way', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    for (let i = 0; i < 20; i++) {
      const raw = await openRaw(a.metricsPort)
      await raw.send('GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n')
      raw.socket.destroy()
    }
    const pages = await Promise.all(Array.from({ length: 20 }, () => a.metrics()))
    const families = [...familiesOf(pages[0] ?? '')]
    assert.ok(families.length > 50)
    for (const page of pages) assert.deepEqual([...familiesOf(page)], families)
    assert.deepEqual(
      a.log.filter((line) => /level=(?:error|fatal)/.test(line)),
      [],
    )
  })

  test('tells which resources are in force, and that a change was wrong', async () => {
    await using sidecars = await startSidecars()
    const resources = `${sidecars.home}/components`
    await mkdir(resources)
    const file = `${resources}/store.yaml`
    const store = (type: string): string =>
      `{ apiVersion: dapr.io/v1alpha1, kind: Component, metadata: { name: store }, spec: { type: ${type}, version: v1 } }`
    await writeFile(file, store('state.in-memory'))
    const a = await sidecars.start('app-a', { flags: [`--resources-path=${resources}`] })
    const shows = (...lines: readonly string[]) =>
      eventually(async () => {
        const page = await a.metrics()
        return lines.every((line) => page.includes(`\nsidelight_resources_${line}\n`))
      })
    await shows('generation 1', 'reloads_total{result="applied"} 0')
    await writeFile(file, '{ kind: Component')
    await shows('generation 1', 'reloads_total{result="rejected"} 1')
    await writeFile(file, store('secretstores.local.env'))
    await shows('generation 2', 'reloads_total{result="applied"} 1')
  })

  test('is not there with --enable-metrics=false', async () => {
    await using sidecars = await startSidecars()
    const port = await freePort()
    await sidecars.start('app-a', { flags: ['--enable-metrics=false', `--metrics-port=${port}`] })
    await assert.rejects(send(port, 'GET', '/metrics'), /ECONNREFUSED/)
  })

  test('parses, and lints as the committed list of Dapr’s names says [promtool check metrics]', async function () {
    const promtool = requirePartner(this, 'promtool')
    await exercised(async (_, page) => {
      const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: page })
      const findings = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line !== '')
        .sort()
      assert.notEqual(status, 1, `a parse error: ${findings.join('\n')}`)
      await assertGolden('promtool-findings.txt', `${findings.join('\n')}\n`)
      assert.deepEqual(
        findings.filter((line) => line.startsWith('sidelight_')),
        [],
      )
    })
  })
})
