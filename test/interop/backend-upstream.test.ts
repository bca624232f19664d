import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { postSpans } from '../e2e/console-fixtures.ts'
import { checkout, secondsAgo } from '../e2e/console-traces.ts'
import type { ChildProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/free-ports.ts'
import { type RealZipkin, realZipkin } from '../support/real-zipkin.ts'
import { spawnCli } from '../support/spawn-cli.ts'

async function open(upstream: string): Promise<{ program: ChildProgram; url: string }> {
  const [port] = await freePorts(1)
  const program = await spawnCli([
    'backend',
    `--port=${port}`,
    '--listen-address=127.0.0.1',
    '--scrape=false',
    `--upstream=${upstream}`,
  ])
  await program.waitForLine(/Zipkin API and console on/)
  return { program, url: `http://127.0.0.1:${port}` }
}
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .map(([key, inner]) => [key, sorted(inner)] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value

describe('sidelight backend --upstream', function () {
  this.timeout(90_000)

  describe('a real Zipkin', () => {
    let zipkin: RealZipkin
    let ours: { program: ChildProgram; url: string }
    const trace = checkout(secondsAgo(5))
    const id = trace[0]?.traceId ?? ''
    const ofOrders = trace.find(({ localEndpoint }) => localEndpoint?.serviceName === 'orders')
    const [tag = ''] = Object.keys(ofOrders?.tags ?? {})

    before(async function () {
      zipkin = await realZipkin(this)
      ours = await open(zipkin.url)
      await postSpans(ours.url, trace)
      await eventually(async () => (await fetch(`${zipkin.url}/api/v2/trace/${id}`)).ok)
    })
    after(() => ours?.program.stop())

    for (const path of [
      `/api/v2/trace/${id}`,
      `/api/v2/traceMany?traceIds=${id},00000000000000aa`,
      '/api/v2/services',
      '/api/v2/spans?serviceName=orders',
      '/api/v2/remoteServices?serviceName=orders',
      `/api/v2/traces?serviceName=orders&annotationQuery=${tag}&limit=1000`,
      '/api/v2/traces?serviceName=orders&minDuration=1&limit=1000',
    ])
      test(`answers what was sent through it as the Zipkin itself: ${path.replace(id, 'ID')}`, async () => {
        const [mine, its] = await Promise.all(
          [ours.url, zipkin.url].map(async (url) => (await fetch(`${url}${path}`)).json()),
        )
        assert.ok(Array.isArray(its) && its.length > 0, JSON.stringify(its))
        assert.deepEqual(sorted(mine), sorted(its))
      })

    test('has no trace that it has not', async () => {
      assert.equal((await fetch(`${ours.url}/api/v2/trace/00000000000000ab`)).status, 404)
    })

    test('says to the console whose traces these are', async () => {
      const config = (await (await fetch(`${ours.url}/zipkin/config.json`)).json()) as {
        sidelight: { store: string; upstream: string }
      }
      assert.equal(config.sidelight.store, 'upstream')
      assert.equal(config.sidelight.upstream, zipkin.url)
    })
  })

  test('says who does not answer, without its password, and goes on when it is back', async () => {
    let answer: { status: number; body: string; type?: string } = { status: 200, body: '[]' }
    const authorizations = new Set<string | undefined>()
    const server = createServer((req, res) => {
      authorizations.add(req.headers.authorization)
      res.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' })
      res.end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { program, url } = await open(`http://reader:hunter2@127.0.0.1:${port}`)
    const services = async () => {
      const got = await fetch(`${url}/api/v2/services`)
      return { status: got.status, text: await got.text() }
    }
    try {
      assert.equal((await services()).status, 200)
      assert.deepEqual([...authorizations], [`Basic ${btoa('reader:hunter2')}`])
      const bad = [
        { status: 500, body: 'broken', says: /answers 500/ },
        { status: 200, body: '<html>', type: 'text/html', says: /no JSON/ },
        { status: 200, body: '{}', says: /no list/ },
      ]
      for (const each of bad) {
        answer = each
        const { status, text } = await services()
        assert.equal(status, 503)
        assert.match(text, each.says)
        assert.doesNotMatch(text, /hunter2/)
      }
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      const gone = await services()
      assert.equal(gone.status, 503)
      assert.match(gone.text, new RegExp(`127.0.0.1:${port} cannot be reached`))
      assert.equal((await fetch(`${url}/health`)).status, 503)
      const metrics = await (await fetch(`${url}/metrics`)).text()
      assert.match(metrics, /sidelight_backend_upstream_requests_total\{status="0"\} [1-9]/)
      answer = { status: 200, body: '["orders"]' }
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      assert.equal((await services()).text, '["orders"]')
      assert.doesNotMatch(program.output, /hunter2/)
    } finally {
      await program.stop()
      server.close()
    }
  })

  test('does not take what only a store of its own has a use for', async () => {
    const program = await spawnCli(['backend', '--upstream=zipkin:9411', '--memory', '--retain=1h'])
    assert.equal((await program.exit).code, 2)
    assert.match(program.output, /--memory: with --upstream/)
    assert.match(program.output, /--retain: with --upstream/)
    assert.match(program.output, /--upstream: a URL is needed/)
  })
})
