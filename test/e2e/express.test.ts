import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'
import { node, tracing } from '@opentelemetry/sdk-node'
import express from 'express'
import fastify from 'fastify'
import { Registry } from 'prom-client'
import {
  logFields,
  sidelight,
  sidelightFastify,
  withSidelight,
} from '../../src/middleware/express/index.ts'
import { eventually } from '../support/eventually.ts'
import { send } from '../support/test-sidecars.ts'

const TRACEPARENT = 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const NAME = 'http_server_request_duration_seconds'

describe('sidelight/express', () => {
  const servers: Server[] = []
  const spans = new tracing.InMemorySpanExporter()
  const provider = new node.NodeTracerProvider({
    spanProcessors: [new tracing.SimpleSpanProcessor(spans)],
  })
  before(() => provider.register())
  after(async () => {
    for (const server of servers) server.close()
    await provider.shutdown()
    for (const api of [trace, context, propagation]) api.disable()
  })
  beforeEach(() => spans.reset())

  async function portOf(server: Server): Promise<number> {
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const openMetrics = () => {
    const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    return registry as unknown as Registry
  }
  const ended = (count: number) =>
    eventually(() => {
      const done = spans.getFinishedSpans()
      return done.length >= count ? done : undefined
    })

  async function startExpress(registry?: Registry): Promise<number> {
    const orders = express.Router().get('/:id', (_, res) => {
      res.json(logFields())
    })
    const app = express()
      .use(sidelight(registry === undefined ? {} : { registry }))
      .use('/orders', orders)
      .get('/broken', () => {
        throw new Error('broken')
      })
    app.set('env', 'test')
    return portOf(createServer(app))
  }

  test('names the span of a request by its route, goes on with its trace, and has fields for the log', async () => {
    const port = await startExpress()
    const answer = JSON.parse(
      (await send(port, 'GET', '/orders/7?a=b', [TRACEPARENT])).body.toString(),
    )
    const [span] = await ended(1)
    assert.equal(span?.name, 'GET /orders/:id')
    assert.equal(span?.attributes['http.route'], '/orders/:id')
    assert.equal(span?.attributes['url.path'], '/orders/7')
    assert.equal(span?.parentSpanContext?.spanId, '00f067aa0ba902b7')
    assert.deepEqual(answer, {
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: span?.spanContext().spanId,
      trace_flags: '01',
    })
    assert.deepEqual(logFields(), {})
  })

  test('marks what failed, and gives what has no route the bare method', async () => {
    const port = await startExpress()
    await send(port, 'GET', '/broken')
    await send(port, 'GET', '/nowhere')
    const [broken, nowhere] = await ended(2)
    assert.deepEqual(
      [broken?.name, broken?.status.code, broken?.attributes['http.response.status_code']],
      ['GET /broken', SpanStatusCode.ERROR, 500],
    )
    assert.deepEqual([nowhere?.name, nowhere?.status.code], ['GET', SpanStatusCode.UNSET])
  })

  test('counts durations by route in the registry it is given, with exemplars', async () => {
    const registry = openMetrics()
    const port = await startExpress(registry)
    for (const path of ['/orders/1', '/orders/2', '/nowhere']) await send(port, 'GET', path)
    await send(port, 'BREW', '/orders/3').catch(() => undefined)
    await ended(3)
    const page = await registry.metrics()
    assert.match(
      page,
      new RegExp(
        `${NAME}_count\\{http_request_method="GET",http_route="/orders/:id",http_response_status_code="200"\\} 2`,
      ),
    )
    assert.match(page, /http_route="",http_response_status_code="404"\} 1/)
    assert.match(page, /# \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\}/)
    // A second place in the same app counts into the same histogram.
    assert.doesNotThrow(() => sidelight({ registry }))
  })

  test('serves Fastify, for the routes of all plugins', async () => {
    const registry = openMetrics()
    const app = fastify()
    await app.register(sidelightFastify, { registry })
    app.register((inner, _, done) => {
      inner.get('/items/:id', async () => logFields())
      done()
    })
    await app.ready()
    const port = await portOf(app.server)
    const answer = JSON.parse((await send(port, 'GET', '/items/7', [TRACEPARENT])).body.toString())
    const [span] = await ended(1)
    assert.equal(span?.name, 'GET /items/:id')
    assert.equal(answer.span_id, span?.spanContext().spanId)
    assert.match(await registry.metrics(), /http_route="\/items\/:id"/)
  })

  test('serves plain node:http, and a client that leaves is an error', async () => {
    const registry = openMetrics()
    const steps = new EventEmitter()
    const [arrived, left] = [once(steps, 'arrived'), once(steps, 'left')]
    const port = await portOf(
      createServer(
        withSidelight(
          (req, res) => {
            if (req.url !== '/slow') return res.end('good')
            res.on('close', () => steps.emit('left'))
            return steps.emit('arrived')
          },
          { registry },
        ),
      ),
    )
    await send(port, 'GET', '/')
    const abort = new AbortController()
    const slow = fetch(`http://127.0.0.1:${port}/slow`, { signal: abort.signal }).catch(
      () => 'left',
    )
    await arrived
    abort.abort()
    assert.equal(await slow, 'left')
    await left
    const [good, gone] = await ended(2)
    assert.deepEqual([good?.name, gone?.status.code], ['GET', SpanStatusCode.ERROR])
    assert.match(await registry.metrics(), /http_response_status_code="499"\} 1/)
  })
})
