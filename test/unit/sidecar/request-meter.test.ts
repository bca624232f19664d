import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createPromRegistry } from '../../../src/adapters/prom-client/index.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import type { Request } from '../../../src/net/index.ts'
import { DEFAULT_METRICS } from '../../../src/policy/index.ts'
import { beginExchange, type SidecarExchange, type Target } from '../../../src/sidecar/exchange.ts'
import { createAppCallMeter } from '../../../src/sidecar/telemetry/app-call-meter.ts'
import { createRequestMeter } from '../../../src/sidecar/telemetry/request-meter.ts'
import { sidecarCatalogue } from '../../../src/telemetry/index.ts'
import { renderExposition } from '../../../src/wire/exposition.ts'

interface Left {
  readonly heapBytes: number
  readonly requests: readonly string[]
  readonly folded: readonly string[]
}

const FLOOD = fileURLToPath(new URL('../../support/meter-flood.ts', import.meta.url))

/** What so many requests leave, each with an id or a word of its own. */
async function flood(kind: 'ids' | 'words', count: number): Promise<Left> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', FLOOD, kind, String(count)],
    { maxBuffer: 2 ** 24 },
  )
  return JSON.parse(stdout) as Left
}

const MIB = 2 ** 20

/** The page after one invocation that took these times. */
async function pageOf(times: Partial<SidecarExchange>): Promise<string> {
  const registry = createPromRegistry(sidecarCatalogue, {
    clock: createFakeClock(),
    processMetrics: false,
  })
  const own = { appId: 'shop' }
  const policy = () => DEFAULT_METRICS
  const recordCall = createAppCallMeter(registry, own, policy)
  const meter = createRequestMeter(registry, own, policy, recordCall)
  const request = { method: 'GET', path: '/a', headers: [], contentLength: 0 } as unknown as Request
  const target = { kind: 'app', name: 'shop', method: 'a' } as Target
  const x = Object.assign(beginExchange(request), { target, ...times })
  meter.api(x, { status: 200, responseBytes: 2, aborted: false, broken: false }, 30)
  return [...renderExposition(await registry.families(), 'text')].join('')
}

describe('createRequestMeter', () => {
  test('tells what the sidecar adds from what the app takes', async () => {
    const added = (page: string) =>
      /^sidelight_sidecar_added_latency_seconds_sum.* (.*)$/m.exec(page)
    const whole = { startMs: 1, sentMs: 1.25, answeredMs: 21.25, headMs: 21.5 }
    const page = await pageOf(whole)
    assert.equal(added(page)?.[1], '0.0005')
    assert.match(page, /added_latency_seconds_bucket\{server="api",le="0.0005"\} 1/)
    assert.match(page, /dapr_http_server_latency_sum\{.*\} 30$/m)
    assert.match(page, /dapr_http_client_roundtrip_latency_sum\{.*\} 29$/m)
    for (const absent of ['sentMs', 'answeredMs', 'headMs'] as const)
      assert.equal(added(await pageOf({ ...whole, [absent]: undefined })), null, absent)
  })

  test('makes one series of a million ids, in the memory of a thousand', async function () {
    this.timeout(120_000)
    const [many, few] = await Promise.all([flood('ids', 1_000_000), flood('ids', 1_000)])
    assert.deepEqual(many.requests, [
      'dapr_http_server_request_count{app_id="shop",method="PUT",path="/v1.0/invoke/shop/method/orders/{id}",status="200"} 1000000',
    ])
    assert.deepEqual(many.folded, [])
    assert.ok(
      Math.abs(many.heapBytes - few.heapBytes) < 5 * MIB,
      `${many.heapBytes} and ${few.heapBytes} bytes`,
    )
  })

  test('folds what is no id beyond a thousand series, counts it, and keeps method and status', async function () {
    this.timeout(120_000)
    const [many, few] = await Promise.all([flood('words', 100_000), flood('words', 2_000)])
    assert.equal(many.requests.length, 1_001)
    assert.equal(few.requests.length, 1_001)
    assert.equal(
      many.requests.at(-1),
      'dapr_http_server_request_count{app_id="shop",method="PUT",path="{overflow}",status="200"} 99000',
    )
    assert.ok(
      many.folded.includes(
        'sidelight_metrics_folded_total{metric="dapr_http_client_completed_count",label="path"} 99000',
      ),
      many.folded.join('\n'),
    )
    assert.ok(
      Math.abs(many.heapBytes - few.heapBytes) < 5 * MIB,
      `${many.heapBytes} and ${few.heapBytes} bytes`,
    )
  })
})
