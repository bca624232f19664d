import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type ClientRequest, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { type ChildProgram, startProgram } from '../support/child-program.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const APP = fileURLToPath(new URL('../support/calling-app.mjs', import.meta.url))
const CARRY = fileURLToPath(new URL('../../dist/carry/index.mjs', import.meta.url))
const FRAMEWORKS = ['http', 'express', 'fastify'] as const
const WAYS = ['fetch', 'get', 'post', 'list', 'undici', 'timer', 'emitter', 'pool', 'answer']

/** The headers of context that a server saw. */
type Seen = Readonly<Record<'traceparent' | 'tracestate' | 'baggage', string | undefined>>

const context = (id: number): Record<string, string> => ({
  traceparent: `00-${id.toString(16).padStart(32, '0')}-00f067aa0ba902b7-01`,
  tracestate: `test=${id}`,
  baggage: `id=${id}`,
})
const NOTHING = { traceparent: undefined, tracestate: undefined, baggage: undefined }

describe('sidelight/carry', function () {
  this.timeout(60_000)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const echo = createServer((req, res) => {
    const { traceparent, tracestate, baggage } = req.headers
    req.resume().on('end', () => res.end(JSON.stringify({ traceparent, tracestate, baggage })))
  })
  let to = ''
  let app: ChildProgram
  let ports: Readonly<Record<(typeof FRAMEWORKS)[number], number>>

  const start = async (env: Readonly<Record<string, string>> = {}, args = ['--import', CARRY]) => {
    const program = await startProgram(process.execPath, [...args, APP], { env })
    const [, http, express, fastify] = await program.waitForLine(/^ports (\d+) (\d+) (\d+)$/m)
    return {
      program,
      ports: { http: Number(http), express: Number(express), fastify: Number(fastify) },
    }
  }
  before(async () => {
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
    to = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/`
    ;({ program: app, ports } = await start())
  })
  after(async () => {
    agent.destroy()
    echo.close()
    echo.closeAllConnections()
    await app?.stop()
  })

  async function call(
    port: number,
    way: string,
    headers: Record<string, string>,
    { delay = 0, target = to } = {},
  ): Promise<Seen> {
    const path = `/${way}?delay=${delay}&to=${encodeURIComponent(target)}`
    const sent: ClientRequest = request({ port, path, method: 'POST', agent, headers })
    sent.end('a body')
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of answer) text += part
    assert.equal(answer.statusCode, 200, `${way}: ${text} ${app.output}`)
    return { ...NOTHING, ...JSON.parse(text) }
  }

  for (const framework of FRAMEWORKS)
    test(`hands the context on from ${framework}, however the app calls`, async () => {
      for (const [i, way] of WAYS.entries())
        assert.deepEqual(await call(ports[framework], way, context(i + 1)), context(i + 1), way)
    })

  test('hands it on while a body passes', async () => {
    assert.deepEqual(await call(ports.http, 'stream', context(7)), context(7))
  })

  test('never mixes the contexts of requests that are served at once', async () => {
    const one = fc.record({
      framework: fc.constantFrom(...FRAMEWORKS),
      way: fc.constantFrom(...WAYS),
      delay: fc.nat(20),
      hasContext: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const calls = fc.sample(one, { seed, numRuns: 500 })
        const seen = await Promise.all(
          calls.map(({ framework, way, delay, hasContext }, i) =>
            call(ports[framework], way, hasContext ? context(i + 1) : {}, { delay }),
          ),
        )
        for (const [i, { hasContext }] of calls.entries())
          assert.deepEqual(seen[i], hasContext ? context(i + 1) : NOTHING)
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })

  test('has nothing left of the request before on a connection, for an upgrade neither', async () => {
    const single = new Agent({ keepAlive: true, maxSockets: 1 })
    const send = async (headers: Record<string, string>) => {
      const sent = request({
        port: ports.http,
        path: `/get?to=${encodeURIComponent(to)}`,
        agent: single,
        headers,
      })
      sent.end()
      const [answer, socket, head = ''] = (await Promise.race([
        once(sent, 'response'),
        once(sent, 'upgrade'),
      ])) as [IncomingMessage, NodeJS.ReadableStream?, Buffer?]
      let text = String(head)
      for await (const part of socket ?? answer) text += part
      return { ...NOTHING, ...JSON.parse(text) }
    }
    assert.deepEqual(await send(context(5)), context(5))
    assert.deepEqual(await send({}), NOTHING)
    assert.deepEqual(await send(context(6)), context(6))
    const upgrade = { connection: 'upgrade', upgrade: 'other' }
    assert.deepEqual(await send(upgrade), NOTHING)
    assert.deepEqual(await send({ ...upgrade, ...context(8) }), context(8))
    single.destroy()
  })

  test('makes one trace of a call through two services and their sidecars, with Dapr’s SDK, too', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const caller = await sidecars.start('caller')
    for (const framework of FRAMEWORKS) {
      const front = await sidecars.start(`front-${framework}`, { appPort: ports[framework] })
      await sidecars.start(`back-${framework}`, {
        appPort: (echo.address() as AddressInfo).port,
      })
      for (const way of ['fetch', 'get', 'undici', 'sdk']) {
        receiver.clear()
        const to = `http://127.0.0.1:${front.port}/v1.0/invoke/back-${framework}/method/hello`
        await send(
          caller.port,
          'GET',
          `/v1.0/invoke/front-${framework}/method/${way}?to=${encodeURIComponent(to)}`,
        )
        // Each hop is a span of both its sidecars.
        await receiver.waitFor(({ spans }) => spans.length >= 4)
        assert.equal(new Set(receiver.spans.map(({ traceId }) => traceId)).size, 1, way)
        assert.equal(receiver.spans.length, 4)
      }
    }
  })

  test('leaves what the app sets, and drops what is malformed', async () => {
    const { traceparent, tracestate, baggage } = await call(ports.http, 'own', context(3))
    assert.match(traceparent ?? '', /^00-1{32}/)
    assert.deepEqual([tracestate, baggage], [undefined, 'id=3'])
    const broken = { ...context(4), traceparent: '00-zz-00f067aa0ba902b7-01' }
    assert.deepEqual(await call(ports.http, 'get', broken), { ...NOTHING, baggage: 'id=4' })
    const long = { ...context(4), baggage: `a=${'b'.repeat(9_000)}` }
    assert.equal((await call(ports.http, 'get', long)).baggage, undefined)
  })

  test('gives nothing to a host that is not trusted, a redirect to one included', async () => {
    // This machine has this address, and nobody says that it is trusted.
    const address = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal)?.address
    assert.ok(address, 'the test needs an address that is not loopback')
    const open = createServer((req, res) => {
      req.resume()
      if (req.url === '/turn') res.writeHead(302, { location: `http://${address}:${port}/` }).end()
      else
        res.end(
          JSON.stringify({ traceparent: req.headers.traceparent, baggage: req.headers.baggage }),
        )
    })
    open.listen(0)
    await once(open, 'listening')
    const { port } = open.address() as AddressInfo
    const there = { target: `http://${address}:${port}/` }
    for (const way of WAYS)
      assert.deepEqual(await call(ports.http, way, context(1), there), NOTHING, way)
    const turned = { target: `http://127.0.0.1:${port}/turn` }
    assert.deepEqual(await call(ports.http, 'fetch', context(1), turned), NOTHING)

    const trusting = await start({ SIDELIGHT_TRUST: `-nonsense-/,${address}/32` })
    assert.match(trusting.program.output, /CARRY_TRUST_INVALID.*"-nonsense-\/"/)
    for (const way of ['fetch', 'get'])
      assert.equal(
        (await call(trusting.ports.http, way, context(1), there)).traceparent,
        context(1).traceparent,
      )
    await trusting.program.stop()
    open.close()
    open.closeAllConnections()
  })

  test('is one in a process, by require as by import, and quiet', async () => {
    const both = await start({}, ['--import', CARRY, '--require', CARRY.replace('.mjs', '.cjs')])
    for (const way of ['fetch', 'get'])
      assert.deepEqual(await call(both.ports.http, way, context(9)), context(9))
    assert.equal(both.program.stderr, '')
    await both.program.stop()
    const required = await start({}, ['--require', CARRY.replace('.mjs', '.cjs')])
    assert.deepEqual(await call(required.ports.express, 'list', context(2)), context(2))
    await required.program.stop()
  })

  test('is what hands it on: without it, nothing arrives', async () => {
    const without = await start({}, [])
    for (const way of WAYS)
      assert.deepEqual(await call(without.ports.http, way, context(1)), NOTHING)
    await without.program.stop()
  })
})
