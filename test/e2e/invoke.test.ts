import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { openRaw } from '../support/raw-http.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const errorOf = (body: Buffer): { errorCode: string; message: string } =>
  JSON.parse(body.toString())

describe('service invocation', () => {
  test('reaches the app by path, by header and by Basic auth [dapr: directmessaging.go]', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const basic = `Authorization: Basic ${Buffer.from('dapr-app-id:app-b').toString('base64')}`
    const answers = [
      await send(a.port, 'GET', '/v1.0/invoke/app-b/method/orders/7?x=1'),
      await send(a.port, 'GET', '/orders/7?x=1', ['dapr-app-id: app-b']),
      await send(a.port, 'GET', '/orders/7?x=1', [basic]),
      await send(a.port, 'GET', '/v1.0/invoke/app-b.default/method/orders/7?x=1'),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    assert.deepEqual(
      app.requests.map(({ target }) => target),
      Array(4).fill('/orders/7?x=1'),
    )
    assert.equal(app.requests[2]?.headers.authorization, undefined)
  })

  test('lets the header win over the path, and then the whole path is the method', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const b = await sidecars.start('app-b', { appPort: app.port })
    await send(b.port, 'GET', '/v1.0/invoke/ghost/method/x', ['dapr-app-id: app-b'])
    assert.equal(app.requests[0]?.target, '/v1.0/invoke/ghost/method/x')
  })

  const paths: readonly (readonly [sent: string, received: string])[] = [
    ['', '/'],
    ['/', '/'],
    ['/orders/', '/orders'],
    ['//x', '/x'],
    ['/a/../b/./c', '/b/c'],
    ['/a%20b', '/a%20b'],
    ['/%2e%2e/secret', '/secret'],
    ['/a%2Fb', '/a/b'],
    ['/sum(1,2)', '/sum(1,2)'],
    ['/%E2%82%AC', '/%E2%82%AC'],
  ]
  for (const [sent, received] of paths)
    test(`hands /method${sent} to the app as ${received} [dapr: path.Clean]`, async () => {
      await using app = await startTestApp()
      await using sidecars = await startSidecars()
      const b = await sidecars.start('app-b', { appPort: app.port })
      const answer = await send(b.port, 'GET', `/v1.0/invoke/app-b/method${sent}`)
      assert.equal(answer.status, 200)
      assert.equal(app.requests[0]?.target, received)
    })

  for (const sent of ['/a%23b', '/a%3Fb', '/a%00b', '/a%0Ab', '/a%zz'])
    test(`refuses the method ${sent} by name`, async () => {
      await using app = await startTestApp()
      await using sidecars = await startSidecars()
      const b = await sidecars.start('app-b', { appPort: app.port })
      const answer = await send(b.port, 'GET', `/v1.0/invoke/app-b/method${sent}`)
      assert.equal(answer.status, 400)
      assert.equal(errorOf(answer.body).errorCode, 'ERR_DIRECT_INVOKE')
      assert.equal(app.requests.length, 0)
    })

  test('adds who calls whom on the way to a peer, and nothing on the way to its own app', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const b = await sidecars.start('app-b', { appPort: app.port })
    await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x', [
      'dapr-caller-app-id: liar',
      'dapr-api-token: not-for-the-app',
      'Keep-Alive: 5',
      'X-Mine: 1',
      'x-mine: 2',
    ])
    await send(b.port, 'GET', '/v1.0/invoke/app-b/method/x')
    const [remote, own] = app.requests
    assert.deepEqual(
      Object.fromEntries(
        [
          'dapr-caller-app-id',
          'dapr-caller-namespace',
          'dapr-callee-app-id',
          'x-forwarded-for',
          'x-forwarded-host',
          'forwarded',
        ].map((name) => [name, remote?.headers[name]]),
      ),
      {
        'dapr-caller-app-id': 'app-a',
        'dapr-caller-namespace': 'default',
        'dapr-callee-app-id': 'app-b',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 'test-host',
        forwarded: 'for=127.0.0.1;by=127.0.0.1;host=test-host',
      },
    )
    assert.equal(remote?.headers['x-mine'], '1, 2')
    assert.equal(remote?.headers['dapr-api-token'], undefined)
    assert.equal(remote?.headers['keep-alive'], undefined)
    assert.equal(own?.headers['dapr-caller-app-id'], undefined)
    assert.equal(own?.headers['x-forwarded-for'], undefined)
  })

  test('hands status, headers and body of the app back, without hop-by-hop and -bin headers', async () => {
    await using app = await startTestApp({
      handler: (_, response) =>
        void response
          .writeHead(418, {
            'x-app': ['1', '2'],
            'grpc-trace-bin': 'AA==',
            connection: 'x-private',
            'x-private': 'hop',
          })
          .end('short and stout'),
    })
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const answer = await send(a.port, 'PUT', '/v1.0/invoke/app-b/method/tea', [], 'pot')
    assert.equal(answer.status, 418)
    assert.equal(answer.body.toString(), 'short and stout')
    assert.deepEqual(
      answer.headers.filter(([name]) => name.toLowerCase() === 'x-app').map(([, value]) => value),
      ['1', '2'],
    )
    assert.equal(answer.header('grpc-trace-bin'), undefined)
    assert.equal(answer.header('x-private'), undefined)
    assert.equal(app.requests[0]?.body.toString(), 'pot')
  })

  test('hands the length of a body that HEAD leaves out on, across two hops [RFC 9110 9.3.2]', async () => {
    await using app = await startTestApp({
      handler: (_, response) =>
        void response.writeHead(200, { 'content-length': 12_345, 'x-a': '1' }).end(),
    })
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    await using client = await openRaw(a.port)
    await client.send('HEAD /v1.0/invoke/app-b/method/file HTTP/1.1\r\nHost: test\r\n\r\n')
    const { status, header } = await client.readAnswer({ bodyless: true })
    assert.deepEqual([status, header('content-length'), header('x-a')], [200, '12345', '1'])
    assert.equal(header('transfer-encoding'), undefined)
  })

  test('falls through to invocation for an unknown path, and says what is missing', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    for (const path of [
      '/v1.0/nonsense',
      '/v1.0/state/store',
      '/',
      '/v1.0/invoke/app-b',
      '/v1.0/metadata/x',
    ]) {
      const answer = await send(a.port, 'GET', path)
      assert.equal(answer.status, 404, path)
      assert.deepEqual(errorOf(answer.body), {
        errorCode: 'ERR_DIRECT_INVOKE',
        message: 'failed getting app id either from the URL path or the header dapr-app-id',
      })
    }
  })

  test('refuses an app id that cannot be one, and lets it name no span and no service', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a')
    const answer = await send(a.port, 'GET', '/v1.0/invoke/b%0d%0aX:%201/method/x')
    assert.equal(answer.status, 400)
    assert.deepEqual(errorOf(answer.body), {
      errorCode: 'ERR_BAD_REQUEST',
      message:
        'invalid request: "b\\r\\nX: 1" is no app id; one is made of letters, digits, - and _, at most 63 of them',
    })
    await receiver.waitFor(({ spans }) => spans.length === 1)
    const [span] = receiver.spans
    assert.deepEqual([span?.name, span?.remoteEndpoint?.serviceName], ['invoke', undefined])
  })

  test('names an app id that nobody has', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const answer = await send(a.port, 'GET', '/v1.0/invoke/ghost/method/x')
    assert.equal(answer.status, 500)
    assert.deepEqual(errorOf(answer.body), {
      errorCode: 'ERR_DIRECT_INVOKE',
      message: "failed to invoke, id: ghost, err: couldn't find service: ghost",
    })
  })

  test('names an app that is gone, to its caller too', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const port = await freePort()
    await sidecars.start('app-b', { appPort: port, waitForApp: false })
    const answer = await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x')
    assert.equal(answer.status, 500)
    assert.match(
      errorOf(answer.body).message,
      /^failed to invoke, id: app-b, err: the app does not answer/,
    )
  })

  test('tells an app that broke off from one that answered', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const reset = await send(a.port, 'POST', '/v1.0/invoke/app-b/method/reset', [], 'x')
    assert.equal(reset.status, 500)
    assert.equal(errorOf(reset.body).errorCode, 'ERR_DIRECT_INVOKE')
    await assert.rejects(send(a.port, 'GET', '/v1.0/invoke/app-b/method/cut'), /ended before/)
  })

  test('passes over a registration whose sidecar is gone, and retries what nobody has seen', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const deregister = await sidecars.registrations.register({
      appId: 'app-b',
      namespace: 'default',
      pid: process.pid,
      host: '127.0.0.1',
      internalPort: await freePort(),
      httpPort: 1,
      metricsPort: 0,
      appPort: 0,
      startedUs: 0,
    })
    await sidecars.start('app-b', { appPort: app.port })
    const answer = await send(a.port, 'POST', '/v1.0/invoke/app-b/method/x', [], 'once')
    assert.equal(answer.status, 200)
    assert.equal(app.requests.length, 1)
    await deregister()
  })

  test('invokes an external URL', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const encoded = encodeURIComponent(app.url)
    for (const id of [app.url, encoded, app.url.replace('//', '/')])
      assert.equal((await send(a.port, 'GET', `/v1.0/invoke/${id}/method/hello`)).status, 200)
    assert.deepEqual(
      app.requests.map(({ target }) => target),
      ['/hello', '/hello', '/hello'],
    )
    assert.ok(app.requests[0]?.headers.traceparent)
  })

  test('serves nothing but its own app on the port for peers', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const b = await sidecars.start('app-b', { appPort: app.port })
    for (const path of ['/v1.0/metadata', '/v1.0/healthz', '/v1.0/invoke/app-c.default/method/x']) {
      const answer = await send(b.internalPort, 'GET', path)
      assert.notEqual(answer.status, 200, path)
      assert.equal(errorOf(answer.body).errorCode, 'ERR_DIRECT_INVOKE')
    }
    const shutdown = await send(b.internalPort, 'POST', '/v1.0/shutdown')
    assert.equal(shutdown.status, 404)
    assert.equal(app.requests.length, 0)
  })
})

describe('streams', () => {
  test('carries a large body both ways, chunked and with a length', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const sent = Buffer.alloc(3_000_000, 'abcdefghij')
    for (const chunked of [false, true]) {
      const received = await new Promise<Buffer>((resolve, reject) => {
        const call = request(
          `${a.url}/v1.0/invoke/app-b/method/echo`,
          { method: 'POST', headers: chunked ? {} : { 'content-length': sent.length } },
          (answer) => {
            const chunks: Buffer[] = []
            answer.on('data', (chunk: Buffer) => chunks.push(chunk))
            answer.on('end', () => resolve(Buffer.concat(chunks)))
            answer.on('error', reject)
          },
        )
        call.on('error', reject)
        for (let at = 0; at < sent.length; at += 100_000)
          call.write(sent.subarray(at, at + 100_000))
        call.end()
      })
      assert.ok(received.equals(sent))
    }
  })

  test('passes server-sent events on one by one, without waiting for more', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    await using connection = await openRaw(a.port)
    await connection.send(
      'GET /v1.0/invoke/app-b/method/sse HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n',
    )
    await eventually(() => connection.pending.includes('text/event-stream'))
    for (const event of ['one', 'two']) {
      app.push(event)
      await eventually(() => connection.pending.includes(`data: ${event}`))
    }
  })

  test('stops reading from the app while the client does not read', async () => {
    const offered = 200_000_000
    let taken = 0
    function* chunks() {
      for (; taken < offered; taken += 65_536) yield Buffer.alloc(65_536)
    }
    await using app = await startTestApp({
      handler: (_, response) => void Readable.from(chunks()).pipe(response),
    })
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    await using connection = await openRaw(a.port)
    connection.socket.pause()
    await connection.send('GET /v1.0/invoke/app-b/method/flood HTTP/1.1\r\nHost: x\r\n\r\n')
    let last = -1
    await eventually(
      () => {
        const stalled = taken > 0 && taken === last
        last = taken
        return stalled
      },
      { intervalMs: 200 },
    )
    assert.ok(taken < offered / 4, `${taken} bytes were taken from the app`)
  })

  test('cancels the call into the app when the client leaves', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    for (const path of ['hold', 'sse']) {
      app.clear()
      const connection = await openRaw(a.port)
      await connection.send(`GET /v1.0/invoke/app-b/method/${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await app.waitFor((requests) => requests.length === 1)
      await connection[Symbol.asyncDispose]()
      await app.waitFor((requests) => requests[0]?.aborted === true)
    }
  })
})

describe('limits and tokens', () => {
  test('refuses a body over --max-body-size by name, announced or not', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const b = await sidecars.start('app-b', { appPort: app.port, flags: ['--max-body-size=1Ki'] })
    const target = '/v1.0/invoke/app-b/method/echo'
    assert.equal((await send(b.port, 'POST', target, [], 'x'.repeat(1024))).status, 200)
    const announced = await send(b.port, 'POST', target, [], 'x'.repeat(1025))
    assert.equal(announced.status, 413)
    assert.equal(errorOf(announced.body).errorCode, 'ERR_BODY_TOO_LARGE')
    await using connection = await openRaw(b.port)
    await connection.send(
      `POST ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n${'x'.repeat(2048)}\r\n`,
    )
    assert.equal((await connection.readAnswer()).status, 413)
  })

  test('refuses a head over --read-buffer-size with 431 and counts it', async () => {
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    const answer = await send(a.port, 'GET', '/v1.0/metadata', [`X-Long: ${'x'.repeat(1_000_000)}`])
    assert.equal(answer.status, 431)
    assert.match(
      await a.metrics(),
      /sidelight_requests_refused_total\{server="api",status="431"\} 1/,
    )
  })

  test('asks for the API token on every route but health, and hands it to nobody', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const env = { DAPR_API_TOKEN: 'in', APP_API_TOKEN: 'out' }
    const b = await sidecars.start('app-b', { appPort: app.port, env })
    for (const headers of [[], ['dapr-api-token: wrong'], ['dapr-api-token: inn']]) {
      const answer = await send(b.port, 'GET', '/v1.0/metadata', headers)
      assert.equal(answer.status, 401)
      assert.equal(answer.body.toString().trim(), 'invalid api token')
    }
    assert.equal((await send(b.port, 'GET', '/v1.0/healthz')).status, 204)
    const ok = await send(b.port, 'GET', '/v1.0/invoke/app-b/method/x', ['dapr-api-token: in'])
    assert.equal(ok.status, 200)
    assert.equal(app.requests[0]?.headers['dapr-api-token'], 'out')
  })

  test('lets at most --app-max-concurrency calls into the app at a time', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const flags = ['--app-max-concurrency=2']
    const b = await sidecars.start('app-b', { appPort: app.port, flags })
    const calls = Array.from({ length: 5 }, () =>
      send(b.port, 'GET', '/v1.0/invoke/app-b/method/hold'),
    )
    await app.waitFor((requests) => requests.length === 2)
    app.release()
    await app.waitFor((requests) => requests.length === 4)
    app.release()
    await app.waitFor((requests) => requests.length === 5)
    app.release()
    assert.deepEqual(
      (await Promise.all(calls)).map(({ status }) => status),
      Array(5).fill(200),
    )
  })

  test('answers browsers only when --allowed-origins names them', async () => {
    await using sidecars = await startSidecars()
    const closed = await sidecars.start('app-a')
    const open = await sidecars.start('app-b', { flags: ['--allowed-origins=http://good'] })
    const preflight = ['Origin: http://good', 'Access-Control-Request-Method: PUT']
    assert.equal((await send(closed.port, 'OPTIONS', '/v1.0/metadata', preflight)).status, 404)
    const answer = await send(open.port, 'OPTIONS', '/v1.0/metadata', preflight)
    assert.equal(answer.status, 204)
    assert.equal(answer.header('access-control-allow-origin'), 'http://good')
    const other = await send(open.port, 'GET', '/v1.0/metadata', ['Origin: http://evil'])
    assert.equal(other.header('access-control-allow-origin'), undefined)
  })

  for (const [what, bytes, status] of [
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
      400,
    ],
    ['no host', 'GET /v1.0/healthz HTTP/1.1\r\n\r\n', 400],
    ['a NUL in a header', 'GET /v1.0/healthz HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n', 400],
  ] as const)
    test(`refuses a head with ${what}`, async () => {
      await using sidecars = await startSidecars()
      const a = await sidecars.start('app-a')
      await using connection = await openRaw(a.port)
      await connection.send(bytes)
      assert.equal((await connection.readAnswer()).status, status)
    })
})
