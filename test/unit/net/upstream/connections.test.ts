import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { codeOf } from '../../../../src/base/fault.ts'
import {
  createUpstream,
  type Upstream,
  type UpstreamRequest,
} from '../../../../src/net/upstream/index.ts'
import { eventually } from '../../../support/eventually.ts'
import { freePort } from '../../../support/free-ports.ts'

interface Server extends AsyncDisposable {
  readonly origin: string
  /** Everything received, one entry a connection. */
  readonly received: string[]
  readonly sockets: Socket[]
}

/** A server of bare sockets: `answer` gets each connection's number and all it has sent so far. */
async function serve(
  answer: (socket: Socket, text: string, connection: number) => void,
): Promise<Server> {
  const received: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const number = sockets.push(socket) - 1
    received[number] = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received[number] += chunk.toString('latin1')
      answer(socket, received[number] ?? '', number)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const open = (): Upstream & AsyncDisposable => {
  const upstream = createUpstream({
    connectTimeoutMs: 2_000,
    keepAliveMs: 60_000,
    maxHeaderBytes: 1_000,
    verifyTls: true,
  })
  return { ...upstream, [Symbol.asyncDispose]: () => upstream.close() }
}

const GET: UpstreamRequest = { method: 'GET', target: '/x', headers: [], body: undefined }

/** Sends and reads the whole answer; a body that breaks off rejects. */
async function fetchText(
  upstream: Upstream,
  origin: string,
  request: UpstreamRequest = GET,
): Promise<{ status: number; headers: readonly string[]; text: string }> {
  const reply = await upstream.send(origin, request, () => undefined)
  const text = await new Promise<string>((resolve, reject) => {
    let all = ''
    reply.body.pipe({
      write(chunk) {
        all += Buffer.from(chunk).toString('latin1')
        return true
      },
      end: () => resolve(all),
      fail: reject,
    })
  })
  return { status: reply.status, headers: reply.headers, text }
}

/** Byte by byte, so that every state of the parser is left and entered again. */
async function trickleOut(socket: Socket, bytes: string): Promise<void> {
  for (const byte of bytes) {
    socket.write(byte, 'latin1')
    await new Promise(setImmediate)
  }
}

const answerAll = (bytes: string) =>
  serve((socket, text) => {
    if (text.endsWith('\r\n\r\n')) socket.write(bytes, 'latin1')
  })

describe('upstream: answers', () => {
  const answers: readonly (readonly [what: string, bytes: string, body: string])[] = [
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', 'abc'],
    [
      'the same length twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc',
      'abc',
    ],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n',
      'abc0123456789',
    ],
    [
      'chunks and trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: z\r\n\r\n',
      'a',
    ],
    ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', ''],
    [
      '1xx first',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
      'a',
    ],
    ['204 and a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', ''],
  ]
  for (const [what, bytes, body] of answers)
    test(`reads an answer with ${what}, whole or byte by byte, and uses the connection again [RFC 9112 6.3]`, async () => {
      await using upstream = open()
      await using whole = await answerAll(bytes)
      for (let i = 0; i < 2; i++) assert.equal((await fetchText(upstream, whole.origin)).text, body)
      assert.equal(whole.sockets.length, 1)

      await using trickle = await serve((socket, text) => {
        if (text.endsWith('\r\n\r\n')) void trickleOut(socket, bytes)
      })
      assert.equal((await fetchText(upstream, trickle.origin)).text, body)
    })

  test('reads to the end of the connection when nothing says how long it is', async () => {
    await using upstream = open()
    await using server = await serve((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nabc'))
    assert.equal((await fetchText(upstream, server.origin)).text, 'abc')
  })

  test('takes no body after HEAD, whatever the length says', async () => {
    await using upstream = open()
    await using server = await answerAll('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
    const request = { ...GET, method: 'HEAD' }
    for (let i = 0; i < 2; i++)
      assert.equal((await fetchText(upstream, server.origin, request)).text, '')
  })

  for (const [what, bytes] of [
    ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [
      'a keep-alive time of a second',
      'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'more bytes than it said',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    ],
  ] as const)
    test(`uses a connection with ${what} once`, async () => {
      await using upstream = open()
      await using server = await answerAll(bytes)
      for (let i = 0; i < 2; i++)
        assert.equal((await fetchText(upstream, server.origin)).status, 200)
      assert.equal(server.sockets.length, 2)
    })

  for (const [what, bytes] of [
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc'],
    [
      'another encoding before chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nX : y\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nX: y\nZ: z\r\n\r\n'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nX: \0\r\n\r\n'],
    ['no status line', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a head over the limit', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2_000)}`],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['nothing but its end', ''],
  ] as const)
    test(`refuses an answer with ${what}`, async () => {
      await using upstream = open()
      await using server = await serve((socket) => void socket.end(bytes, 'latin1'))
      await assert.rejects(fetchText(upstream, server.origin), { code: 'UPSTREAM_BROKEN' })
    })

  for (const [what, bytes] of [
    ['short of its length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'],
    ['between chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
    [
      'with a chunk longer than it says',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
    ],
    [
      'with a chunk size that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    ],
  ] as const)
    test(`lets a body that ends ${what} fail, not end`, async () => {
      await using upstream = open()
      await using server = await serve((socket) => void socket.end(bytes))
      await assert.rejects(fetchText(upstream, server.origin), { code: 'UPSTREAM_BROKEN' })
    })
})

describe('upstream: connections', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
  /** Answers the first request of the first connection, then closes it at the next one. */
  const closesAtSecond = () =>
    serve((socket, text, connection) => {
      const requests = text.split('\r\n\r\n').length - 1
      if (connection === 0 && requests === 2) socket.destroy()
      else socket.write(OK)
    })

  test('sends again what a kept connection lost, if that is safe', async () => {
    await using upstream = open()
    await using server = await closesAtSecond()
    for (let i = 0; i < 2; i++) assert.equal((await fetchText(upstream, server.origin)).status, 200)
    assert.equal(server.sockets.length, 2)
  })

  test('does not send again what may have been done already', async () => {
    await using upstream = open()
    await using server = await closesAtSecond()
    await fetchText(upstream, server.origin)
    await assert.rejects(fetchText(upstream, server.origin, { ...GET, method: 'POST' }), {
      code: 'UPSTREAM_BROKEN',
    })
    assert.equal(server.sockets.length, 1)
  })

  test('tells a refused connection from a broken one', async () => {
    await using upstream = open()
    const origin = `http://127.0.0.1:${await freePort()}`
    await assert.rejects(fetchText(upstream, origin), { code: 'UPSTREAM_REFUSED' })
  })

  test('reads nothing of a body when the connection is refused', async () => {
    await using upstream = open()
    const body = new PassThrough()
    body.end('whole')
    const request = { ...GET, method: 'POST', headers: ['Content-Length', '5'], body }
    await assert.rejects(fetchText(upstream, `http://127.0.0.1:${await freePort()}`, request))
    assert.equal(body.read()?.toString(), 'whole')
  })

  test('gives up on request', async () => {
    await using upstream = open()
    await using server = await serve(() => undefined)
    let abort: () => void = () => undefined
    const call = upstream.send(server.origin, GET, (give) => {
      abort = give
    })
    await eventually(() => server.received[0] !== undefined && server.received[0] !== '')
    abort()
    await assert.rejects(call, { code: 'UPSTREAM_ABORTED' })
    await eventually(() => server.sockets[0]?.destroyed)
  })

  test('takes an early answer and does not keep the connection whose request is not out', async () => {
    await using upstream = open()
    await using server = await serve((socket, text) => {
      if (text.includes('\r\n\r\n')) socket.write(OK)
    })
    const body = new PassThrough()
    const request = { ...GET, method: 'POST', headers: ['Content-Length', '10'], body }
    body.write('half')
    assert.equal((await fetchText(upstream, server.origin, request)).status, 200)
    await eventually(() => server.sockets[0]?.destroyed)
  })

  test('frames a request body of unknown length in chunks and says no length of none', async () => {
    await using upstream = open()
    await using server = await serve((socket, text) => {
      if (/(?:\r\n0|Length: 0\r\nConnection: keep-alive)\r\n\r\n$/.test(text)) socket.write(OK)
    })
    const body = new PassThrough()
    body.end('hello')
    await fetchText(upstream, server.origin, { ...GET, method: 'POST', body })
    await fetchText(upstream, server.origin, { ...GET, method: 'POST' })
    assert.equal(
      server.received[0],
      `POST /x HTTP/1.1\r\nHost: ${server.origin.slice(7)}\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\n\r\n` +
        `POST /x HTTP/1.1\r\nHost: ${server.origin.slice(7)}\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n`,
    )
  })

  test('sends no header or path that would be two', async () => {
    await using upstream = open()
    await using server = await answerAll(OK)
    for (const request of [
      { ...GET, headers: ['x', 'a\r\ny: b'] },
      { ...GET, target: '/a HTTP/1.1\r\nx: y' },
    ])
      await assert.rejects(
        fetchText(upstream, server.origin, request),
        (error) => codeOf(error) === 'UPSTREAM_REFUSED',
      )
    assert.equal(server.sockets.length, 0)
  })

  test('closes idle connections when their time is over', async () => {
    const upstream = createUpstream({
      connectTimeoutMs: 1_000,
      keepAliveMs: 1,
      maxHeaderBytes: 1_000,
      verifyTls: true,
    })
    await using server = await answerAll(OK)
    await fetchText(upstream, server.origin)
    await eventually(() => server.sockets[0]?.destroyed)
    await upstream.close()
  })
})
