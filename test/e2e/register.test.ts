import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts'
import { type Sidecars, send, startSidecars, tracing } from '../support/test-sidecars.ts'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const APP = pathOf('../support/calling-app.mjs')
const REGISTER = pathOf('../../dist/register/index.mjs')
const FRAMEWORKS = ['http', 'express', 'fastify'] as const
const FAST = { OTEL_BSP_SCHEDULE_DELAY: '20' }

describe('sidelight/register', function () {
  this.timeout(60_000)
  /** Says which headers of context it has got. */
  const echo = createServer((req, res) => {
    const { traceparent, baggage } = req.headers
    req.resume().on('end', () => res.end(JSON.stringify({ traceparent, baggage })))
  })
  let to = ''
  before(async () => {
    echo.listen(0)
    await once(echo, 'listening')
    to = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/`
  })
  after(() => {
    echo.close()
    echo.closeAllConnections()
  })

  async function startApp(
    sidecarPort: number,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = ['--import', REGISTER, APP],
  ) {
    const program = await startProgram(process.execPath, [...args], {
      env: { ...FAST, DAPR_HTTP_PORT: String(sidecarPort), APP_ID: 'orders', ...env },
    })
    const [, http, express, fastify] = await program.waitForLine(/^ports (\d+) (\d+) (\d+)$/m)
    const ports = { http: Number(http), express: Number(express), fastify: Number(fastify) }
    return { program, ports }
  }
  const heardOf = async (sidecars: Sidecars) =>
    eventually(async () => {
      const [sidecar] = sidecars.all
      return /path="\/sidelight\/v1\/app"/.test((await sidecar?.metrics()) ?? '') || undefined
    })

  const CONTEXT = [
    'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'baggage: id=7',
  ]
  const call = async (
    port: number,
    way: string,
    headers: readonly string[] = [],
    target = to,
    delay = 0,
  ) => {
    const path = `/${way}?secret=of-the-query&delay=${delay}&to=${encodeURIComponent(target)}`
    const answer = await send(port, 'GET', path, headers)
    assert.equal(answer.status, 200, answer.body.toString())
    return JSON.parse(answer.body.toString()) as { traceparent?: string; baggage?: string }
  }
  const spanOf = (receiver: SpanReceiver, id: string | undefined): ZipkinSpan | undefined =>
    receiver.spans.find((span) => span.id === id)

  test('records each request and each call of it as one trace, however the app calls', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    for (const framework of FRAMEWORKS)
      for (const way of ['fetch', 'get', 'list', 'undici', 'timer', 'emitter', 'pool']) {
        receiver.clear()
        const seen = await call(ports[framework], way, CONTEXT)
        const [, traceId, id] = (seen.traceparent ?? '').split('-')
        assert.deepEqual([traceId, seen.baggage], ['4bf92f3577b34da6a3ce929d0e0e4736', 'id=7'], way)
        await receiver.waitFor(({ spans }) => spans.length >= 2)
        const client = spanOf(receiver, id)
        const server = spanOf(receiver, client?.parentId)
        assert.deepEqual(
          [client?.kind, server?.kind, server?.parentId, server?.localEndpoint?.serviceName],
          ['CLIENT', 'SERVER', '00f067aa0ba902b7', 'orders'],
          `${framework} ${way}`,
        )
        // A pattern where the framework has one.
        const name = { http: 'GET', express: 'GET', fastify: 'GET /*' }[framework]
        assert.equal(server?.name, name)
        assert.doesNotMatch(JSON.stringify(receiver.spans), /of-the-query/)
      }
    await program.stop()
    assert.doesNotMatch(program.output, /Warning/)
  })

  test('never mixes the contexts of requests that are served at once', async () => {
    await using sidecars = await startSidecars(tracing())
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    const one = fc.record({
      framework: fc.constantFrom(...FRAMEWORKS),
      way: fc.constantFrom('fetch', 'get', 'list', 'undici', 'timer', 'emitter', 'pool'),
      delay: fc.nat(20),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const calls = fc.sample(one, { seed, numRuns: 500 })
        const traceOf = (i: number) => `${i + 1}`.padStart(32, 'c')
        const seen = await Promise.all(
          calls.map(({ framework, way, delay }, i) => {
            const traceparent = `traceparent: 00-${traceOf(i)}-00f067aa0ba902b7-01`
            return call(ports[framework], `${way}`, [traceparent, `baggage: id=${i}`], to, delay)
          }),
        )
        for (const [i, { traceparent, baggage }] of seen.entries())
          assert.deepEqual([traceparent?.split('-')[1], baggage], [traceOf(i), `id=${i}`])
      }),
      { numRuns: 2, endOnFailure: true },
    )
    await program.stop()
  })

  test('leaves a trace that the app sets itself', async () => {
    await using sidecars = await startSidecars(tracing())
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    for (const way of ['own', 'ownFetch'])
      assert.deepEqual(
        await call(ports.http, way, CONTEXT),
        { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'id=7' },
        way,
      )
    await program.stop()
  })

  test('samples what the app begins itself as the Configuration says, and hears of changes', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    await eventually(async () =>
      (await call(ports.http, 'get')).traceparent?.endsWith('-01') ? true : undefined,
    )
    await sidecars.configure(tracing({ rate: '0', endpoint: receiver.url }))
    await sidecar.reload()
    await eventually(
      async () => ((await call(ports.http, 'get')).traceparent?.endsWith('-00') ? true : undefined),
      { deadlineMs: 15_000 },
    )
    await program.stop()
  })

  test('has its spans of unsampled requests kept when the request failed', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(
      tracing({ rate: '0', endpoint: receiver.url, extra: 'sampling: { keep: { errors: true } }' }),
    )
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    await heardOf(sidecars)
    const unsampled = ['traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00']
    // An unknown way is an error of this app.
    await eventually(async () => {
      await call(ports.express, 'get', unsampled)
      await send(ports.express, 'GET', '/no-such-way', unsampled)
      return receiver.spans.length > 0 || undefined
    })
    await receiver.waitFor(({ spans }) => spans.some(({ kind }) => kind === 'SERVER'))
    assert.ok(
      receiver.spans.every(({ tags }) => tags?.['sidelight.sampling.rule'] === 'keep:error'),
    )
    await program.stop()
  })

  test('has its metrics on the page of the sidecar', async () => {
    await using sidecars = await startSidecars(tracing())
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port)
    await heardOf(sidecars)
    await call(ports.fastify, 'get')
    const page = await sidecar.metrics()
    assert.match(
      page,
      /^http_server_request_duration_seconds_count\{[^}]*http_route="\/\*"[^}]*source="app"[^}]*\} 1$/m,
    )
    assert.match(page, /^http_client_request_duration_seconds_bucket\{[^}]*source="app"/m)
    await program.stop()
  })

  test('gives nothing to a host that is not trusted, and shows the token to the sidecar alone', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const token = { DAPR_API_TOKEN: 'the-secret' }
    const sidecar = await sidecars.start('orders', { env: token })
    const { program, ports } = await startApp(sidecar.port, token)
    const address = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal)?.address
    assert.ok(address, 'the test needs an address that is not loopback')
    const stranger = `http://${address}:${(echo.address() as AddressInfo).port}/`
    for (const way of ['fetch', 'get', 'list', 'undici', 'timer']) {
      assert.deepEqual(await call(ports.http, way, CONTEXT, stranger), {}, way)
      assert.ok((await call(ports.http, way, CONTEXT)).traceparent, way)
    }
    await receiver.waitFor(({ spans }) => spans.length >= 10)
    assert.doesNotMatch(JSON.stringify(receiver.posts), /the-secret/)
    await program.stop()
    assert.doesNotMatch(program.output, /the-secret/)
  })

  test('leaves to OpenTelemetry’s variables what they say', async () => {
    await using elsewhere = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing())
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port, {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: elsewhere.url,
      OTEL_SERVICE_NAME: 'by-name',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_METRICS_EXPORTER: 'none',
    })
    await call(ports.http, 'get')
    await elsewhere.waitFor(({ spans }) => spans.length >= 2)
    assert.equal(elsewhere.spans[0]?.localEndpoint?.serviceName, 'by-name')
    await program.stop()
    const off = await startApp(sidecar.port, { OTEL_SDK_DISABLED: 'true' })
    // Then it does what carry does.
    assert.equal((await call(off.ports.http, 'get', CONTEXT)).baggage, 'id=7')
    await off.program.stop()
  })

  test('sends what waits before a signal ends the app', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const sidecar = await sidecars.start('orders')
    const { program, ports } = await startApp(sidecar.port, { OTEL_BSP_SCHEDULE_DELAY: '60000' })
    await call(ports.http, 'get', CONTEXT)
    assert.equal(receiver.spans.length, 0)
    await program.stop()
    await receiver.waitFor(({ spans }) => spans.length === 2)
  })

  test('hands context on and says so when the app has taken a function before', async () => {
    await using sidecars = await startSidecars(tracing())
    const sidecar = await sidecars.start('orders')
    const source = `
      const { get } = require('node:http')
      const http = require('node:http')
      require(${JSON.stringify(REGISTER.replace('.mjs', '.cjs'))})
      const server = http.createServer((req, res) => get(${JSON.stringify(to)}, (answer) => answer.pipe(res)))
      server.listen(0, '127.0.0.1', () => console.log('ports ' + [0, 0, 0].map(() => server.address().port).join(' ')))`
    const { program, ports } = await startApp(sidecar.port, {}, ['-e', source])
    const seen = await call(ports.http, 'any', CONTEXT)
    assert.match(seen.traceparent ?? '', /^00-4bf92f3577b34da6a3ce929d0e0e4736-/)
    await program.waitForLine(/REGISTER_LATE/)
    await program.stop()
  })
})
