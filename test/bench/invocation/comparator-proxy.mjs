// What an experienced Node programmer would write: node:http in front, undici behind, and as much
// telemetry as a sidecar has: W3C context, a decision, one span a request, a histogram, batches of
// Zipkin JSON. It has none of the routing, rules and refusals. node comparator-proxy.mjs PORT TARGET RATE SINK
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { Histogram, Registry } from 'prom-client'
import { Pool } from 'undici'

const [port, target, rate, sink] = process.argv.slice(2).map(Number)
const registry = new Registry()
const latency = new Histogram({
  name: 'latency_seconds',
  help: 'Latency.',
  labelNames: ['method', 'status'],
  registers: [registry],
})
const upstream = new Pool(`http://127.0.0.1:${target}`, { connections: 64 })
const collector = new Pool(`http://127.0.0.1:${sink}`, { connections: 1 })
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'traceparent'])
let batch = []

function flush() {
  if (batch.length === 0) return
  const body = JSON.stringify(batch)
  batch = []
  collector
    .request({
      method: 'POST',
      path: '/api/v2/spans',
      headers: { 'content-type': 'application/json' },
      body,
    })
    .then((answer) => answer.body.dump())
    .catch(() => undefined)
}
setInterval(flush, 1000)

createServer(async (request, response) => {
  const startedAt = performance.now()
  const parent = TRACEPARENT.exec(request.headers.traceparent ?? '')
  const traceId = parent?.[1] ?? randomBytes(16).toString('hex')
  const id = randomBytes(8).toString('hex')
  const sampled = parent
    ? parent[3] === '01'
    : Number.parseInt(traceId.slice(16, 24), 16) / 2 ** 32 < rate
  const headers = { traceparent: `00-${traceId}-${id}-${sampled ? '01' : '00'}` }
  for (const [name, value] of Object.entries(request.headers))
    if (!HOP_BY_HOP.has(name)) headers[name] = value
  try {
    const answer = await upstream.request({
      method: request.method,
      path: request.url,
      headers,
      body: request.method === 'GET' ? null : request,
    })
    response.writeHead(answer.statusCode, answer.headers)
    answer.body.pipe(response)
    response.once('finish', () => {
      const duration = performance.now() - startedAt
      latency.observe({ method: request.method, status: answer.statusCode }, duration / 1000)
      if (!sampled) return
      batch.push({
        traceId,
        id,
        ...(parent ? { parentId: parent[2] } : {}),
        kind: 'SERVER',
        name: 'calllocal/orders/api',
        timestamp: Math.round((performance.timeOrigin + startedAt) * 1000),
        duration: Math.max(1, Math.round(duration * 1000)),
        localEndpoint: { serviceName: 'proxy' },
        tags: {
          'http.request.method': request.method,
          'url.full': request.url,
          'dapr.status_code': String(answer.statusCode),
          'dapr.protocol': 'http',
        },
      })
      if (batch.length >= 512) flush()
    })
  } catch {
    response.writeHead(502).end()
  }
}).listen(port, '127.0.0.1', () => console.log('ready'))
