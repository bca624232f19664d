import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createUpstream, type Upstream, type UpstreamReply } from '../../../../src/net/index.ts'
import { eventually } from '../../../support/eventually.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const ignore = () => undefined

const text = (reply: UpstreamReply): Promise<string> =>
  new Promise((resolve, reject) => {
    let all = ''
    reply.body.pipe({
      write(chunk) {
        all += Buffer.from(chunk).toString()
        return true
      },
      end: () => resolve(all),
      fail: reject,
    })
  })

/** A server that the test writes by hand, byte for byte. */
async function open(onRequest: (socket: Socket, request: string, nth: number) => void) {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', ignore)
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1'))
      onRequest(socket, bytes.toString('latin1'), requests.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const upstream: Upstream = createUpstream({
    connectTimeoutMs: 5_000,
    keepAliveMs: 60_000,
    maxHeaderBytes: 8_192,
    verifyTls: true,
  })
  const origin = `http://127.0.0.1:${address.port}`
  const send = (method: string, body?: Uint8Array, onAbort: (abort: () => void) => void = ignore) =>
    upstream.send(origin, { method, target: '/a?b', headers: ['Host', 'x'], body }, onAbort)
  return {
    requests,
    sockets,
    send,
    async [Symbol.asyncDispose]() {
      await upstream.close()
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('createUpstream', () => {
  test('hands on target, raw headers and the answer, names and values as they came', async () => {
    await using server = await open((socket) =>
      socket.write(
        'HTTP/1.1 201 Made\r\nX-A: 1\r\nx-a: \xe9\r\nContent-Length: 2\r\n\r\nok',
        'latin1',
      ),
    )
    const reply = await server.send('GET')
    assert.equal(reply.status, 201)
    assert.deepEqual(reply.headers.slice(0, 4), ['X-A', '1', 'x-a', '\xe9'])
    assert.equal(await text(reply), 'ok')
    assert.match(server.requests[0] ?? '', /^GET \/a\?b HTTP\/1\.1\r\n/)
  })

  test('passes over 1xx answers', async () => {
    await using server = await open((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${OK}`),
    )
    assert.equal((await server.send('GET')).status, 200)
  })

  test('keeps a connection for the next request', async () => {
    await using server = await open((socket) => socket.write(OK))
    await text(await server.send('GET'))
    // It is free one turn after the last byte.
    await new Promise((resolve) => setImmediate(resolve))
    await text(await server.send('POST', Buffer.from('x')))
    assert.equal(server.sockets.size, 1)
  })

  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    test(`sends a ${method} again when the kept connection is closed under it`, async () => {
      await using server = await open((socket, _, nth) => {
        if (nth === 2) socket.destroy()
        else if (nth === 3 && method === 'HEAD') socket.end('HTTP/1.1 200 OK\r\n\r\n')
        else socket.write(OK)
      })
      await text(await server.send('GET'))
      const reply = await server.send(method)
      assert.equal(reply.status, 200)
      assert.deepEqual([server.requests.length, server.sockets.size], [3, 2])
    })

  for (const [method, body] of [
    ['POST', undefined],
    ['DELETE', undefined],
    ['GET', Buffer.from('x')],
  ] as const)
    test(`never sends a ${method}${body === undefined ? '' : ' with a body'} twice`, async () => {
      await using server = await open((socket, _, nth) => {
        if (nth === 2) socket.destroy()
        else socket.write(OK)
      })
      await text(await server.send('GET'))
      await assert.rejects(server.send(method, body), { code: 'UPSTREAM_BROKEN' })
      assert.equal(server.requests.length, 2)
    })

  test('sends nothing again that broke on a new connection', async () => {
    await using server = await open((socket) => void socket.destroy())
    await assert.rejects(server.send('GET'), { code: 'UPSTREAM_BROKEN' })
    assert.equal(server.requests.length, 1)
  })

  test('knows that nothing was sent when nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const address = closed.address()
    assert.ok(typeof address === 'object' && address !== null)
    closed.close()
    await once(closed, 'close')
    const upstream = createUpstream({
      connectTimeoutMs: 5_000,
      keepAliveMs: 1_000,
      maxHeaderBytes: 8_192,
      verifyTls: true,
    })
    const request = { method: 'GET', target: '/', headers: [], body: undefined }
    await assert.rejects(upstream.send(`http://127.0.0.1:${address.port}`, request, ignore), {
      code: 'UPSTREAM_REFUSED',
      retryable: true,
    })
    await upstream.close()
  })

  test('gives a request up when it is told to, and closes its connection', async () => {
    let abort = ignore as () => void
    await using server = await open(ignore)
    const sent = server.send('GET', undefined, (give) => {
      abort = give
    })
    await eventually(() => server.requests.length === 1)
    abort()
    await assert.rejects(sent, { code: 'UPSTREAM_ABORTED' })
    await eventually(() => [...server.sockets].every((socket) => socket.destroyed))
    assert.equal(server.requests.length, 1)
  })

  test('tells a body that breaks off from one that ends', async () => {
    await using server = await open((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
    )
    await assert.rejects(text(await server.send('GET')))
  })
})
