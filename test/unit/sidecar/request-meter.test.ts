import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

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

describe('createRequestMeter', () => {
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
