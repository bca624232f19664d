import assert from 'node:assert/strict'
import { openRaw, rawRequest } from '../../support/raw-http.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: app\r\n\r\n`

describe('startTestApp', () => {
  let app: TestApp
  before(async () => {
    app = await startTestApp()
  })
  after(() => app[Symbol.asyncDispose]())
  beforeEach(() => app.clear())

  test('records the request as it came', async () => {
    const answer = await rawRequest(
      app.port,
      'POST /a?b=1 HTTP/1.1\r\nHost: app\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 3\r\n\r\nabc',
    )
    assert.equal(answer.status, 200)
    const [seen] = app.requests
    assert.equal(seen?.target, '/a?b=1')
    assert.equal(String(seen?.body), 'abc')
    assert.deepEqual(seen?.rawHeaders.slice(2, 6), ['X-Twice', '1', 'x-twice', '2'])
  })

  test('streams chunk by chunk', async () => {
    const answer = await rawRequest(app.port, get('/stream?chunks=3&bytes=70000'))
    assert.equal(answer.header('Transfer-Encoding'), 'chunked')
    assert.equal(answer.body.length, 210_000)
  })

  test('pushes events to open streams', async () => {
    await using client = await openRaw(app.port)
    await client.send(get('/sse'))
    await app.waitFor(() => app.streams.size === 1)
    app.push('one')
    for (const stream of app.streams) stream.end()
    const answer = await client.readAnswer()
    assert.equal(String(answer.body), 'data: one\n\n')
  })

  test('holds an answer until it is released', async () => {
    await using client = await openRaw(app.port)
    await client.send(get('/hold'))
    await app.waitFor(() => app.held.size === 1)
    app.release()
    assert.equal((await client.readAnswer()).status, 200)
  })

  test('notices a caller who leaves', async () => {
    const client = await openRaw(app.port)
    await client.send(get('/hold'))
    await app.waitFor((requests) => requests.length === 1)
    await client[Symbol.asyncDispose]()
    await app.waitFor((requests) => requests[0]?.aborted === true)
  })

  test('breaks off as told', async () => {
    await using reset = await openRaw(app.port)
    await reset.send(get('/reset'))
    assert.equal((await reset.readToEnd()).length, 0)
    await assert.rejects(rawRequest(app.port, get('/cut')), /before the answer was whole/)
  })

  test('answers with the status, the body and the delay asked for', async () => {
    assert.equal((await rawRequest(app.port, get('/status?code=418'))).status, 418)
    assert.equal(String((await rawRequest(app.port, get('/slow?ms=1'))).body), 'slow')
    const echo = 'POST /echo HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await rawRequest(app.port, `${echo}3\r\nabc\r\n0\r\n\r\n`)
    assert.equal(String(answer.body), 'abc')
  })
})
