import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { silentLogger } from '../../../src/base/logger.ts'
import {
  type BodySink,
  type BodyStream,
  createHttpServer,
  type Exchange,
  type Outcome,
  type Reply,
  type Step,
} from '../../../src/net/index.ts'
import { eventually } from '../../support/eventually.ts'
import { openRaw } from '../../support/raw-http.ts'

const GET = 'GET /a?b=c HTTP/1.1\r\nHost: test\r\n\r\n'
const GRACE_MS = 10_000

interface Opened extends AsyncDisposable {
  readonly port: number
  readonly outcomes: readonly Outcome[]
  readonly refused: readonly number[]
  readonly exchanges: readonly Exchange[]
  close(graceMs: number): Promise<void>
}

/** A server on loopback whose one step is `answer`. */
async function open(
  answer: (x: Exchange) => Reply | Promise<Reply>,
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<Opened> {
  const outcomes: Outcome[] = []
  const refused: number[] = []
  const exchanges: Exchange[] = []
  const step: Step<Exchange> = {
    name: 'answer',
    enter: answer,
    done: (_, outcome) => void outcomes.push(outcome),
  }
  const server = createHttpServer({
    name: 'test',
    steps: [step],
    begin(request) {
      const x: Exchange = { request, onClientGone: undefined }
      exchanges.push(x)
      return x
    },
    maxHeaderBytes: 4096,
    onRefused: (status) => void refused.push(status),
    log: silentLogger,
  })
  const port = await server.listen(0, addresses)
  return {
    port,
    outcomes,
    refused,
    exchanges,
    close: server.close,
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

const ok = (): Reply => ({ status: 200, headers: ['X-A', '1', 'x-a', '2'], body: 'hello' })

/** A source that has nothing to say. */
const STREAM: BodyStream = {
  pipe: () => undefined,
  resume: () => undefined,
  cancel: () => undefined,
  takeWhole: () => undefined,
}

/** A promise and the key to it. */
function gate<T>() {
  let release: (value: T) => void = () => undefined
  const passed = new Promise<T>((resolve) => {
    release = resolve
  })
  return { passed, release }
}

describe('createHttpServer', () => {
  test('hands the request on as it was sent and the reply out as it was given', async () => {
    await using server = await open(ok)
    await using client = await openRaw(server.port)
    await client.send('GET /a%20b?c=d%20e HTTP/1.1\r\nHost: test\r\nX-One: 1\r\nx-one: 2\r\n\r\n')
    const { status, headers, body } = await client.readAnswer()
    assert.deepEqual([status, body.toString()], [200, 'hello'])
    assert.deepEqual(headers.slice(0, 3), [
      ['X-A', '1'],
      ['x-a', '2'],
      ['Content-Length', '5'],
    ])
    const request = server.exchanges[0]?.request
    assert.deepEqual(
      [request?.method, request?.target, request?.path, request?.query],
      ['GET', '/a%20b?c=d%20e', '/a%20b', 'c=d%20e'],
    )
    assert.deepEqual(request?.headers, ['Host', 'test', 'X-One', '1', 'x-one', '2'])
    assert.deepEqual([request?.remoteAddress, request?.contentLength], ['127.0.0.1', 0])
    assert.equal(request?.body, undefined)
  })

  test('tells an announced body from a chunked one', async () => {
    await using server = await open(ok)
    for (const head of [
      'Content-Length: 3\r\n\r\nabc',
      'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ]) {
      await using client = await openRaw(server.port)
      await client.send(`POST / HTTP/1.1\r\nHost: test\r\n${head}`)
      await client.readAnswer()
    }
    assert.deepEqual(
      server.exchanges.map(({ request }) => request.contentLength),
      [3, undefined],
    )
    assert.ok(server.exchanges.every(({ request }) => request.body !== undefined))
  })

  test('answers HEAD without a body and 204 without a length', async () => {
    await using server = await open((x) =>
      x.request.path === '/none' ? { status: 204, headers: [], body: 'x' } : ok(),
    )
    await using client = await openRaw(server.port)
    await client.send('HEAD / HTTP/1.1\r\nHost: test\r\n\r\n')
    assert.equal((await client.readAnswer({ bodyless: true })).status, 200)
    await client.send('GET /none HTTP/1.1\r\nHost: test\r\n\r\n')
    const { status, body } = await client.readAnswer()
    assert.deepEqual([status, body.length, client.pending.length], [204, 0, 0])
  })

  for (const [target, seen, path, query] of [
    ['http://host/v1.0/metadata', '/v1.0/metadata', '/v1.0/metadata', ''],
    ['HTTPS://host:99/a?b=http://c', '/a?b=http://c', '/a', 'b=http://c'],
    ['http://host', '/', '/', ''],
    ['http://host?x', '/?x', '/', 'x'],
    ['/http://host/a', '/http://host/a', '/http://host/a', ''],
  ])
    test(`reads the target ${target} as ${seen} [RFC 9112 3.2.2]`, async () => {
      await using server = await open(ok)
      await using client = await openRaw(server.port)
      await client.send(`GET ${target} HTTP/1.1\r\nHost: test\r\n\r\n`)
      await client.readAnswer()
      const { request } = server.exchanges[0] as Exchange
      assert.deepEqual([request.target, request.path, request.query], [seen, path, query])
    })

  test('answers CONNECT by name, counts it, and opens no tunnel', async () => {
    await using server = await open(ok)
    await using client = await openRaw(server.port)
    await client.send('CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n')
    const { status, header, body } = await client.readAnswer()
    assert.deepEqual([status, header('content-type')], [501, 'application/json'])
    assert.equal(JSON.parse(body.toString()).errorCode, 'ERR_API_UNIMPLEMENTED')
    assert.equal((await client.readToEnd()).length, 0)
    assert.deepEqual([server.refused, server.exchanges.length], [[501], 0])
  })

  test('answers a client that has ended its own sending, and then closes [RFC 9112 9.6]', async () => {
    await using server = await open(ok)
    await using client = await openRaw(server.port)
    client.socket.end(GET)
    const { status, body } = await client.readAnswer()
    assert.deepEqual([status, body.toString()], [200, 'hello'])
    assert.equal((await client.readToEnd()).length, 0)
    await eventually(() => server.outcomes[0]?.aborted === false)
  })

  test('gives a stream up that stands still for a client that has ended its sending', async () => {
    let cancelled = false
    const body: BodyStream = {
      ...STREAM,
      cancel() {
        cancelled = true
      },
    }
    await using server = await open(() => ({ status: 200, headers: [], body }))
    await using client = await openRaw(server.port)
    client.socket.end(GET)
    await eventually(() => cancelled)
    assert.equal(server.outcomes[0]?.aborted, true)
  })

  test('tells what became of a reply when its last byte has left', async () => {
    await using server = await open(ok)
    await using client = await openRaw(server.port)
    await client.send(GET)
    await client.readAnswer()
    await eventually(() => server.outcomes.length === 1)
    assert.deepEqual(server.outcomes, [
      { status: 200, responseBytes: 5, aborted: false, broken: false },
    ])
  })

  test('tells the waiting step and counts 499 when the client leaves before the reply', async () => {
    const waiting = gate<Reply>()
    await using server = await open((x) => {
      x.onClientGone = () => waiting.release(ok())
      return waiting.passed
    })
    await using client = await openRaw(server.port)
    await client.send(GET)
    await eventually(() => server.exchanges.length === 1)
    client.socket.destroy()
    await eventually(() => server.outcomes.length === 1)
    assert.deepEqual(server.outcomes, [
      { status: 499, responseBytes: 0, aborted: true, broken: false },
    ])
  })

  test('cuts the connection when the source of a stream breaks: nobody takes it for complete', async () => {
    const piped = gate<BodySink>()
    await using server = await open(() => ({
      status: 200,
      headers: ['Content-Length', '10'],
      body: { ...STREAM, pipe: piped.release },
    }))
    await using client = await openRaw(server.port)
    await client.send(GET)
    const sink = await piped.passed
    sink.write(Buffer.from('abc'))
    await eventually(() => client.pending.includes('abc'))
    sink.fail(new Error('broken'))
    await client.readToEnd()
    await eventually(() => server.outcomes.length === 1)
    assert.deepEqual(server.outcomes, [
      { status: 200, responseBytes: 3, aborted: true, broken: true },
    ])
  })

  test('cancels the source of a stream when the client leaves', async () => {
    const cancelled = gate<void>()
    const piped = gate<BodySink>()
    await using server = await open(() => ({
      status: 200,
      headers: [],
      body: { ...STREAM, pipe: piped.release, cancel: cancelled.release },
    }))
    await using client = await openRaw(server.port)
    await client.send(GET)
    ;(await piped.passed).write(Buffer.from('abc'))
    await eventually(() => client.pending.includes('abc'))
    client.socket.destroy()
    await cancelled.passed
    await eventually(() => server.outcomes[0]?.aborted === true)
  })

  test('refuses heads that are too large or malformed before any step, and counts them', async () => {
    await using server = await open(ok)
    for (const [bytes, status] of [
      [`GET / HTTP/1.1\r\nHost: test\r\nX: ${'a'.repeat(5000)}\r\n\r\n`, 431],
      ['GET / HTTP/9.9 nonsense\r\n\r\n', 400],
      ['GET / HTTP/1.1\r\nHost: test\r\nContent-Length: x\r\n\r\n', 400],
    ] as const) {
      await using client = await openRaw(server.port)
      await client.send(bytes)
      const answer = await client.readAnswer()
      assert.deepEqual([answer.status, answer.header('connection')], [status, 'close'])
    }
    assert.deepEqual(server.refused, [431, 400, 400])
    assert.deepEqual(server.exchanges, [])
  })
})

describe('createHttpServer, listen and close', () => {
  test('names the port and the cure when another process has it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    const server = createHttpServer({
      name: 'API',
      steps: [],
      begin: (request): Exchange => ({ request, onClientGone: undefined }),
      maxHeaderBytes: 4096,
      onRefused: () => undefined,
      log: silentLogger,
    })
    await assert.rejects(server.listen(address.port, ['127.0.0.1']), {
      code: 'ERR_PORT_IN_USE',
      message: `the API port 127.0.0.1:${address.port} is in use by another process; choose another port or stop that process`,
    })
    await server.close(0)
    other.close()
    await once(other, 'close')
  })

  test('names an address that is not of this machine', async () => {
    await assert.rejects(open(ok, ['192.0.2.1']), { code: 'ERR_LISTEN' })
  })

  test('opens the same free port for both families', async () => {
    await using server = await open(ok, ['127.0.0.1', '::1'])
    for (const host of ['127.0.0.1', '::1']) {
      await using client = await openRaw(server.port, host)
      await client.send(GET)
      assert.equal((await client.readAnswer()).status, 200)
    }
    assert.deepEqual(
      server.exchanges.map(({ request }) => request.remoteAddress),
      ['127.0.0.1', '::1'],
    )
  })

  test('shows IPv4 callers of a dual-stack socket by their IPv4 address', async () => {
    await using server = await open(ok, ['::'])
    await using client = await openRaw(server.port, '127.0.0.1')
    await client.send(GET)
    await client.readAnswer()
    assert.equal(server.exchanges[0]?.request.remoteAddress, '127.0.0.1')
  })

  test('closes idle connections at once', async () => {
    await using server = await open(ok)
    await using client = await openRaw(server.port)
    await client.send(GET)
    await client.readAnswer()
    await server.close(GRACE_MS)
    assert.equal((await client.readToEnd()).length, 0)
  })

  test('lets a running request finish, accepts no new one, and closes its connection', async () => {
    const waiting = gate<Reply>()
    await using server = await open(() => waiting.passed)
    await using client = await openRaw(server.port)
    await client.send(GET)
    await eventually(() => server.exchanges.length === 1)
    const closed = server.close(GRACE_MS)
    await assert.rejects(openRaw(server.port), { code: 'ECONNREFUSED' })
    waiting.release(ok())
    assert.equal((await client.readAnswer()).body.toString(), 'hello')
    await closed
    await client.readToEnd()
    await eventually(() => server.outcomes.length === 1)
    assert.equal(server.outcomes[0]?.aborted, false)
  })

  test('cuts what still runs when the grace is over', async () => {
    const waiting = gate<Reply>()
    await using server = await open(() => waiting.passed)
    await using client = await openRaw(server.port)
    await client.send(GET)
    await eventually(() => server.exchanges.length === 1)
    await server.close(0)
    assert.equal((await client.readToEnd()).length, 0)
    waiting.release(ok())
    await eventually(() => server.outcomes[0]?.status === 499)
  })
})
