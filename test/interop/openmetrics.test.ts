import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startBackend } from '../e2e/backend-fixture.ts'
import { component, startBlockSidecar } from '../support/block-sidecar.ts'
import { exercised } from '../support/exercised-sidecar.ts'
import { requirePartner } from '../support/partners.ts'
import { send, startSidecars } from '../support/test-sidecars.ts'

interface Family {
  readonly name: string
  readonly type: string
  readonly unit: string
  readonly samples: readonly (readonly [
    name: string,
    labels: Readonly<Record<string, string>>,
    value: string,
    exemplar: Readonly<Record<string, string>> | null,
  ])[]
}

const ACCEPT = 'application/openmetrics-text; version=1.0.0'

/** By name, as the Prometheus project's own parser reads them. */
function parse(python: string, page: string): ReadonlyMap<string, Family> {
  const script = fileURLToPath(new URL('openmetrics-parser.py', import.meta.url))
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: page,
    maxBuffer: 2 ** 26,
  })
  assert.equal(status, 0, `${stderr}`)
  return new Map((JSON.parse(`${stdout}`) as Family[]).map((family) => [family.name, family]))
}

describe('the OpenMetrics page', () => {
  test('of a sidecar parses, with exemplars of exported traces [prometheus/client_python]', async function () {
    const python = requirePartner(this, 'openmetrics')
    this.timeout(30_000)
    await exercised(async (b, plain) => {
      const answer = await send(b.metricsPort, 'GET', '/', [`Accept: ${ACCEPT}`])
      assert.match(
        answer.header('content-type') ?? '',
        /^application\/openmetrics-text; version=1\.0\.0/,
      )
      const families = parse(python, answer.body.toString())
      const samplesOf = (name: string) => families.get(name)?.samples ?? []
      assert.equal(families.get('dapr_http_server_request_count')?.type, 'unknown')
      assert.equal(families.get('dapr_runtime_service_invocation_req_sent')?.type, 'counter')
      assert.equal(families.get('dapr_http_server_latency')?.type, 'histogram')
      assert.equal(families.get('dapr_http_server_latency')?.unit, '')
      assert.equal(families.get('process_cpu_seconds')?.unit, 'seconds')
      const traceOf = (name: string) =>
        samplesOf(name).find(([, , , exemplar]) => exemplar !== null)?.[3]?.trace_id ?? ''
      for (const name of [
        'dapr_http_server_latency',
        'dapr_http_client_roundtrip_latency',
        'dapr_component_state_latencies',
        'dapr_runtime_service_invocation_req_sent',
      ])
        assert.match(traceOf(name), /^[0-9a-f]{32}$/, name)
      // The same series in both formats.
      const count = (page: string): number => page.match(/^dapr_.*_bucket\{/gm)?.length ?? 0
      assert.equal(count(answer.body.toString()), count(plain))
    })
  })

  test('has no exemplar of a trace that nobody can look up', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await send(a.port, 'GET', '/v1.0/metadata')
    const { body } = await send(a.metricsPort, 'GET', '/', [`Accept: ${ACCEPT}`])
    assert.match(body.toString(), /dapr_http_server_latency_count\{.*metadata.*\} 1/)
    assert.ok(!body.includes('trace_id'))
  })

  test('links what was published to its trace, alone and in bulk', async () => {
    await using opened = await startBlockSidecar({
      'events.yaml': component('events', 'pubsub.in-memory'),
    })
    await opened.call('POST', '/v1.0/publish/events/orders', 'x')
    await opened.call('POST', '/v1.0/publish/bulk/events/orders', [{ entryId: 'a', event: 'x' }])
    const { body } = await send(opened.sidecar.metricsPort, 'GET', '/', [`Accept: ${ACCEPT}`])
    await opened.receiver.waitFor(({ spans }) => spans.length >= 4)
    for (const name of ['egress_latencies', 'egress_bulk_latencies']) {
      const pattern = new RegExp(
        `pubsub_${name}_bucket\\{.*# \\{.*trace_id="(\\w+)",span_id="(\\w+)"`,
      )
      const [, traceId, spanId] = pattern.exec(body.toString()) ?? []
      const span = opened.receiver.spans.find(({ id }) => id === spanId)
      assert.deepEqual([span?.name, span?.traceId], ['publish orders', traceId], name)
    }
  })

  test('of the backend parses', async function () {
    const python = requirePartner(this, 'openmetrics')
    await using backend = await startBackend()
    const { text, headers } = await backend.get('/metrics', { accept: ACCEPT })
    assert.equal(headers.get('vary'), 'Accept, Accept-Encoding')
    assert.equal(parse(python, text).get('sidelight_backend_store_bytes')?.unit, 'bytes')
  })
})
