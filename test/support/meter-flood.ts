import { createPromRegistry } from '../../src/adapters/prom-client/index.ts'
import { createFakeClock } from '../../src/base/fake-clock.ts'
import { DEFAULT_METRICS } from '../../src/policy/index.ts'
import { beginExchange } from '../../src/sidecar/exchange.ts'
import { createAppCallMeter } from '../../src/sidecar/telemetry/app-call-meter.ts'
import { createRequestMeter } from '../../src/sidecar/telemetry/request-meter.ts'
import { sidecarCatalogue } from '../../src/telemetry/index.ts'
import { renderExposition } from '../../src/wire/exposition.ts'

/**
 * A program of its own, so that its heap is: `node --expose-gc meter-flood.ts ids 1000000` drives so many requests,
 * each with an id (or a word) that nobody has seen before, and says what is left.
 */
const PATHS: Readonly<Record<string, (n: number) => string>> = {
  ids: (n) => `orders/${n}`,
  words: (n) => `orders/w-${n.toString(36).replace(/\d/g, (digit) => 'ABCDEFGHIJ'[+digit] ?? '')}`,
}

const [kind = '', count = '0'] = process.argv.slice(2)
const pathOf = PATHS[kind] ?? (() => '')
const registry = createPromRegistry(sidecarCatalogue, {
  clock: createFakeClock(),
  processMetrics: false,
})
const own = { appId: 'shop' }
const policy = () => DEFAULT_METRICS
const recordCall = createAppCallMeter(registry, own, policy)
const meter = createRequestMeter(registry, own, policy, recordCall)
const outcome = { status: 200, responseBytes: 10, aborted: false, broken: false }

for (let n = 0; n < Number(count); n++) {
  const method = pathOf(n)
  const x = beginExchange({
    method: 'PUT',
    target: '',
    path: `/v1.0/invoke/shop/method/${method}`,
    query: '',
    headers: [],
    body: undefined,
    contentLength: 10,
    remoteAddress: '127.0.0.1',
    remotePort: 1,
  })
  x.target = {
    kind: 'app',
    id: 'shop',
    name: 'shop',
    namespace: 'default',
    method,
    path: `/${method}`,
    origin: undefined,
  }
  x.sentMs = 0
  x.answeredMs = 1
  meter.api(x, outcome, 2)
}

const page = [...renderExposition(await registry.families(), 'text')].join('')
globalThis.gc?.()
console.log(
  JSON.stringify({
    heapBytes: process.memoryUsage().heapUsed,
    requests: page.match(/^dapr_http_server_request_count\{.*$/gm),
    folded: page.match(/^sidelight_metrics_folded_total\{.*path"\} [1-9].*$/gm) ?? [],
  }),
)
