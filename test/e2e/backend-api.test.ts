import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { requirePartner } from '../support/partners.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { START_US, startBackend } from './backend-fixture.ts'

const span = (fields: object = {}) => ({
  traceId: '000000000000000000000000000000a1',
  id: '1',
  name: 'GET /',
  timestamp: START_US,
  duration: 1000,
  localEndpoint: { serviceName: 'Shop' },
  ...fields,
})
const spans = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, n) => span({ id: (n + 1).toString(16) })))
const WINDOW = `endTs=${START_US / 1000 + 1000}&lookback=86400000`
const IDS = ['a1', 'b2'].map((id) => id.padStart(16, '0'))

describe('backend: ingest', () => {
  test('takes a JSON list and gives it back normalised on both mounts [zipkin 2.1]', async () => {
    await using backend = await startBackend()
    assert.equal(
      (await backend.post(JSON.stringify([span({ tags: { env: 'prod' } })]))).status,
      202,
    )
    const expected =
      `[{"traceId":"00000000000000a1","id":"0000000000000001","name":"get /",` +
      `"timestamp":${START_US},"duration":1000,"localEndpoint":{"serviceName":"shop"},"tags":{"env":"prod"}}]`
    for (const mount of ['/api/v2', '/zipkin/api/v2']) {
      assert.equal((await backend.get(`${mount}/trace/a1`)).text, expected)
      assert.equal((await backend.get(`${mount}/traces?${WINDOW}`)).text, `[${expected}]`)
      assert.deepEqual(await backend.getJson(`${mount}/services`), ['shop'])
      assert.deepEqual(await backend.getJson(`${mount}/spans?serviceName=SHOP`), ['get /'])
      assert.deepEqual(await backend.getJson(`${mount}/remoteServices?serviceName=shop`), [])
      assert.deepEqual(await backend.getJson(`${mount}/autocompleteKeys`), ['env'])
      assert.deepEqual(await backend.getJson(`${mount}/autocompleteValues?key=env`), ['prod'])
    }
  })

  test('takes gzip, and an empty message of each kind [zipkin 2.3]', async () => {
    await using backend = await startBackend()
    const packed = gzipSync(spans(3))
    assert.equal((await backend.post(packed, { 'Content-Encoding': 'gzip' })).status, 202)
    for (const empty of ['', '[]', '[ ]']) assert.equal((await backend.post(empty)).status, 202)
    assert.equal(((await backend.getJson('/api/v2/trace/a1')) as unknown[]).length, 3)
  })

  test('drops a bad message whole, with a reason, and counts it', async () => {
    await using backend = await startBackend()
    const bad = `[${JSON.stringify(span())},{"id":"1"}]`
    const answer = await backend.post(bad)
    assert.deepEqual(
      [answer.status, answer.text],
      [400, 'Missing : traceId reading List<Span> from json'],
    )
    const packed = await backend.post('no gzip', { 'Content-Encoding': 'gzip' })
    assert.deepEqual([packed.status, packed.text], [400, 'Cannot gunzip spans'])
    assert.equal((await backend.get('/api/v2/trace/a1')).status, 404)
    const { text } = await backend.get('/metrics')
    assert.match(text, /sidelight_backend_dropped_messages_total\{reason="malformed"\} 2/)
  })

  test('refuses formats that are not read yet by name', async () => {
    await using backend = await startBackend()
    const proto = await backend.post(new Uint8Array([10, 1]), {
      'Content-Type': 'application/x-protobuf',
    })
    assert.equal(proto.status, 400)
    assert.match(proto.text, /proto3 .* not read yet/)
    const old = await fetch(`${backend.url}/api/v1/spans`, { method: 'POST', body: '[]' })
    assert.equal(old.status, 400)
    assert.match(await old.text(), /version 1 .* \/api\/v2\/spans/)
  })

  test('takes a body of the limit and refuses one byte more, announced or not', async () => {
    const body = spans(2)
    await using backend = await startBackend({ maxBodyBytes: body.length })
    assert.equal((await backend.post(body)).status, 202)
    assert.equal((await backend.post(`${body} `)).status, 413)
    const chunked = await fetch(`${backend.url}/api/v2/spans`, {
      method: 'POST',
      body: new Blob([body, ' ']).stream(),
      duplex: 'half',
    } as RequestInit)
    assert.equal(chunked.status, 413)
  })

  test('stops a gzip bomb at the limit and keeps what is stored', async () => {
    await using backend = await startBackend()
    await backend.post(spans(1))
    const bomb = gzipSync(Buffer.alloc(50_000_000, '['))
    const answer = await backend.post(bomb, { 'Content-Encoding': 'gzip' })
    assert.equal(answer.status, 413)
    assert.match(answer.text, /inflates to more than 200000 bytes/)
    assert.equal((await backend.get('/api/v2/trace/a1')).status, 200)
  })

  test('takes a batch of the limit in spans and refuses one more, whole', async () => {
    await using backend = await startBackend({ maxBatchSpans: 10 })
    assert.equal((await backend.post(spans(10))).status, 202)
    const answer = await backend.post(spans(11))
    assert.equal(answer.status, 413)
    assert.match(answer.text, /11 spans is over the limit of 10/)
    assert.equal(((await backend.getJson('/api/v2/trace/a1')) as unknown[]).length, 10)
  })

  test('refuses a batch that would push out what is stored', async () => {
    await using backend = await startBackend({ store: { kind: 'memory', maxSpans: 20 } })
    await backend.post(spans(1))
    assert.equal((await backend.post(spans(11))).status, 413)
    assert.equal((await backend.get('/api/v2/trace/a1')).status, 200)
  })
})

describe('backend: queries', () => {
  const refusals: readonly [path: string, status: number, text: string][] = [
    ['/api/v2/trace/', 404, 'Not Found'],
    ['/api/v2/trace/xyz', 400, 'xyz should be lower-hex encoded with no prefix'],
    ['/api/v2/trace/0', 400, 'traceId is all zeros'],
    [`/api/v2/trace/${'1'.repeat(33)}`, 400, 'traceId.length > 32'],
    ['/api/v2/trace/%201%20', 404, '0000000000000001 not found'],
    ['/api/v2/traces?limit=0', 400, 'limit <= 0'],
    ['/api/v2/traces?lookback=0', 400, 'lookback <= 0'],
    ['/api/v2/traces?endTs=-1', 400, 'endTs <= 0'],
    ['/api/v2/traces?minDuration=0', 400, 'minDuration <= 0'],
    ['/api/v2/traces?maxDuration=1', 400, 'maxDuration is only valid with minDuration'],
    ['/api/v2/traces?minDuration=2&maxDuration=1', 400, 'maxDuration < minDuration'],
    ['/api/v2/traces?limit=ten', 400, 'limit is not an integer: ten'],
    ['/api/v2/traceMany?traceIds=', 400, 'traceIds parameter is empty'],
    [`/api/v2/traceMany?traceIds=a1,a1`, 400, 'redundant traceId: a1'],
    [
      '/api/v2/traceMany?traceIds=a1',
      400,
      'Use /api/v2/trace/{traceId} endpoint to retrieve a single trace',
    ],
    ['/api/v2/spans', 400, 'serviceName is required'],
    ['/api/v2/remoteServices', 400, 'serviceName is required'],
    ['/api/v2/dependencies', 400, 'endTs is required'],
    ['/api/v2/dependencies?endTs=0', 400, 'endTs <= 0'],
    ['/api/v2/dependencies?endTs=1&lookback=0', 400, 'lookback <= 0'],
    ['/api/v2/autocompleteValues?key=', 400, 'key was empty'],
    ['/api/v2/nothing', 404, 'Not Found'],
    ['/nothing', 404, 'Not Found'],
    ['/admin/clear', 405, 'Method Not Allowed'],
  ]
  for (const [path, status, text] of refusals)
    test(`answers ${path.slice(0, 50)} with ${status} [zipkin 2.2]`, async () => {
      await using backend = await startBackend()
      const answer = await backend.get(path)
      assert.deepEqual([answer.status, answer.text], [status, text])
      assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
    })

  test('gives those of many traces that exist', async () => {
    await using backend = await startBackend()
    await backend.post(JSON.stringify([span(), span({ traceId: 'b2' })]))
    const traces = (await backend.getJson('/api/v2/traceMany?traceIds=a1,b2,c3')) as {
      traceId: string
    }[][]
    assert.deepEqual(traces.map((trace) => trace[0]?.traceId).sort(), IDS)
    assert.deepEqual(await backend.getJson('/api/v2/traceMany?traceIds=c3,d4'), [])
  })

  test('answers names and searches with empty lists when search is off', async () => {
    await using backend = await startBackend({ searchEnabled: false })
    await backend.post(spans(1))
    for (const path of [
      'services',
      'spans?serviceName=shop',
      `traces?${WINDOW}`,
      'autocompleteKeys',
    ])
      assert.deepEqual(await backend.getJson(`/api/v2/${path}`), [])
    assert.equal((await backend.get('/api/v2/trace/a1')).status, 200)
  })

  test('lets browsers keep names once there are more than three services [zipkin 2.2]', async () => {
    await using backend = await startBackend()
    const cached = async (path: string) => (await backend.get(path)).headers.get('cache-control')
    const keep = 'max-age=300, must-revalidate'
    const add = (n: number) =>
      backend.post(JSON.stringify([span({ localEndpoint: { serviceName: `s${n}` } })]))
    for (const n of [1, 2, 3]) await add(n)
    assert.equal(await cached('/api/v2/services'), null)
    assert.equal(await cached('/api/v2/autocompleteKeys'), keep)
    await add(4)
    assert.equal(await cached('/api/v2/services'), keep)
    assert.equal(await cached('/api/v2/spans?serviceName=s1'), keep)
    assert.equal(await cached(`/api/v2/traces?${WINDOW}`), null)
  })

  test('packs answers from 2048 bytes on for those who can read it', async () => {
    await using backend = await startBackend()
    await backend.post(spans(50))
    const headersOf = (path: string, encoding: string) =>
      new Promise<{ encoding: string | undefined; length: number }>((resolve, reject) => {
        request(
          `${backend.url}${path}`,
          { headers: { 'Accept-Encoding': encoding } },
          (response) => {
            response.resume()
            resolve({
              encoding: response.headers['content-encoding'],
              length: Number(response.headers['content-length']),
            })
          },
        )
          .on('error', reject)
          .end()
      })
    const plain = await headersOf('/api/v2/trace/a1', 'identity')
    const packed = await headersOf('/api/v2/trace/a1', 'br, gzip')
    assert.equal(plain.encoding, undefined)
    assert.equal(packed.encoding, 'gzip')
    assert.ok(packed.length < plain.length / 4)
    assert.equal((await headersOf('/api/v2/trace/a1', 'gzip;q=0')).encoding, undefined)
    assert.equal((await headersOf('/api/v2/services', 'gzip')).encoding, undefined)
    const text = await (await fetch(`${backend.url}/api/v2/trace/a1`)).json()
    assert.equal((text as unknown[]).length, 50)
  })
})

describe('backend: the rest of the door', () => {
  test('lets every page of a browser read it [zipkin 2.2]', async () => {
    await using backend = await startBackend()
    const answer = await backend.get('/api/v2/services', { Origin: 'http://elsewhere' })
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    assert.equal(answer.headers.get('vary'), null)
    assert.equal((await backend.get('/nothing')).headers.get('access-control-allow-origin'), '*')
    const preflight = await fetch(`${backend.url}/api/v2/spans`, {
      method: 'OPTIONS',
      headers: { Origin: 'http://elsewhere', 'Access-Control-Request-Method': 'POST' },
    })
    assert.equal(preflight.status, 200)
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
  })

  test('answers HEAD without a body, TRACE and a wrong method with 405', async () => {
    await using backend = await startBackend()
    const head = await fetch(`${backend.url}/api/v2/services`, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    const wrong = await fetch(`${backend.url}/api/v2/traces`, { method: 'DELETE' })
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET'])
    const traced = await new Promise<number | undefined>((resolve, reject) => {
      request(`${backend.url}/anything`, { method: 'TRACE' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    assert.equal(traced, 405)
  })

  test('tells its health, its version and what a console needs', async () => {
    await using backend = await startBackend({ allowClear: true })
    const health = (await backend.getJson('/health')) as { status: string; zipkin: object }
    assert.deepEqual(health, {
      status: 'UP',
      zipkin: { status: 'UP', details: { 'TraceStore{memory}': { status: 'UP' } } },
    })
    assert.deepEqual(await backend.getJson('/info'), { zipkin: { version: '1.2.3', commit: '' } })
    const config = (await backend.getJson('/zipkin/config.json')) as Record<string, unknown>
    assert.equal(config.queryLimit, 10)
    assert.deepEqual(config.sidelight, {
      version: '1.2.3',
      allowClear: true,
      store: 'memory',
      retention: { maxSpans: 10_000 },
    })
  })

  test('clears only where that is allowed', async () => {
    const clear = (url: string) => fetch(`${url}/admin/clear`, { method: 'POST' })
    await using locked = await startBackend()
    await locked.post(spans(1))
    assert.equal((await clear(locked.url)).status, 404)
    assert.equal((await locked.get('/api/v2/trace/a1')).status, 200)
    await using open = await startBackend({ allowClear: true })
    await open.post(spans(1))
    assert.equal((await clear(open.url)).status, 204)
    assert.equal((await open.get('/api/v2/trace/a1')).status, 404)
  })

  test('sends people to the console and says why there is none', async () => {
    await using backend = await startBackend()
    for (const path of ['/', '/zipkin']) {
      const { status, headers } = await backend.get(path)
      assert.deepEqual([status, headers.get('location')], [302, '/zipkin/'])
    }
    const page = await backend.get('/zipkin/')
    assert.equal(page.status, 404)
    assert.match(page.text, /without the console/)
  })

  test('serves the console, the same page for each of its addresses', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(directory.file('assets'))
    await writeFile(directory.file('index.html'), '<!doctype html>console')
    await writeFile(directory.file('assets', 'main-a1b2.js'), `//${'x'.repeat(5000)}`)
    await using backend = await startBackend({ consoleDirectory: directory.path })
    for (const path of [
      '/zipkin/',
      '/zipkin/index.html',
      '/zipkin/traces/a1',
      '/zipkin/dependency',
    ])
      assert.equal((await backend.get(path)).text, '<!doctype html>console')
    const index = await backend.get('/zipkin/')
    assert.equal(index.headers.get('cache-control'), 'max-age=60')
    const tag = index.headers.get('etag') ?? ''
    assert.equal((await backend.get('/zipkin/', { 'If-None-Match': tag })).status, 304)
    assert.equal((await backend.get('/zipkin/', { 'If-None-Match': '"other"' })).status, 200)
    const script = await backend.get('/zipkin/assets/main-a1b2.js')
    assert.equal(script.headers.get('cache-control'), 'max-age=31536000')
    assert.match(script.headers.get('content-type') ?? '', /javascript/)
    assert.equal((await backend.get('/zipkin/../../etc/passwd')).status, 404)
    assert.equal((await backend.get('/zipkin/%2e%2e/%2e%2e/etc/passwd')).status, 404)
  })

  test('names a console directory that holds none', async () => {
    await using directory = await temporaryDirectory()
    await assert.rejects(() => startBackend({ consoleDirectory: directory.path }), {
      code: 'CONSOLE_MISSING',
    })
  })

  test('names a port that is taken', async () => {
    await using first = await startBackend()
    await assert.rejects(() => startBackend({ port: first.port }), { code: 'ERR_PORT_IN_USE' })
  })

  test('gives metrics that promtool takes', async function () {
    const promtool = requirePartner(this, 'promtool')
    await using backend = await startBackend()
    await backend.post(spans(3))
    const { text } = await backend.get('/metrics')
    assert.match(text, /^sidelight_backend_ingested_spans_total 3$/m)
    assert.match(text, /^sidelight_backend_store_spans 3$/m)
    assert.match(text, /requests_total\{route="\/api\/v2\/spans",status="202"\} 1/)
    const check = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })
    assert.deepEqual([check.status, check.stdout, check.stderr], [0, '', ''])
  })
})
