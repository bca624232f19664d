import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { startSpanReceiver } from '../../support/span-receiver.ts'

const span = { traceId: '463ac35c9f6413ad48485a3953bb6124', id: 'a2fb4a1d1a96d312', name: 'get' }

const post = (url: string, body: BodyInit, headers = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

describe('startSpanReceiver', () => {
  test('records accepted spans, gzip or plain', async () => {
    await using receiver = await startSpanReceiver()
    assert.equal((await post(receiver.url, JSON.stringify([span]))).status, 202)
    const gzip = new Uint8Array(gzipSync(JSON.stringify([span])))
    await post(receiver.url, gzip, { 'content-encoding': 'gzip' })
    await receiver.waitFor(({ spans }) => spans.length === 2)
    assert.deepEqual(receiver.spans, [span, span])
  })

  test('answers as told and stores only what it accepts', async () => {
    await using receiver = await startSpanReceiver({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '1' },
    })
    const refused = await post(receiver.url, JSON.stringify([span]))
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '1')
    receiver.behave({ kind: 'reset' })
    await assert.rejects(post(receiver.url, JSON.stringify([span])))
    receiver.behave({ kind: 'slow', delayMs: 1 })
    assert.equal((await post(receiver.url, JSON.stringify([span]))).status, 202)
    assert.deepEqual(
      receiver.posts.map(({ status }) => status),
      [429, undefined, 202],
    )
    assert.equal(receiver.spans.length, 1)
  })

  test('says what it saw when the condition never holds', async () => {
    await using receiver = await startSpanReceiver()
    await assert.rejects(
      receiver.waitFor(({ spans }) => spans.length > 0, { deadlineMs: 1 }),
      /0 posts, 0 accepted spans/,
    )
  })

  test('swallows posts as a black hole', async () => {
    await using receiver = await startSpanReceiver({ kind: 'black-hole' })
    const abort = new AbortController()
    const posted = fetch(receiver.url, { method: 'POST', body: '[]', signal: abort.signal })
    await receiver.waitFor(({ posts }) => posts.length === 1)
    abort.abort()
    await assert.rejects(posted)
  })
})
