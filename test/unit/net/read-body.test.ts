import assert from 'node:assert/strict'
import { readBody } from '../../../src/net/index.ts'
import { requestWithBody } from './bodies.ts'

const text = async (read: Promise<Uint8Array>) => Buffer.from(await read).toString()

describe('readBody', () => {
  test('gives no bytes when there is no body', async () => {
    const { request } = requestWithBody()
    assert.equal((await readBody({ ...request, body: undefined }, 0)).length, 0)
  })

  test('gives all chunks in order', async () => {
    const { request, body } = requestWithBody()
    const read = readBody(request, 100)
    body.write('ab')
    body.write('cd')
    body.end()
    assert.equal(await text(read), 'abcd')
  })

  test('gives an empty body as no bytes', async () => {
    const { request, body } = requestWithBody()
    body.end()
    assert.equal(await text(readBody(request, 0)), '')
  })

  test('takes exactly the bound and no byte more', async () => {
    const exact = requestWithBody(4)
    exact.body.end('abcd')
    assert.equal(await text(readBody(exact.request, 4)), 'abcd')
    const over = requestWithBody()
    over.body.end('abcde')
    await assert.rejects(readBody(over.request, 4), { code: 'ERR_BODY_TOO_LARGE' })
  })

  test('refuses an announced length before it reads a byte', async () => {
    const { request, body } = requestWithBody(5)
    await assert.rejects(readBody(request, 4), {
      code: 'ERR_BODY_TOO_LARGE',
      message: 'the request body is larger than 4 bytes',
    })
    assert.equal(body.listenerCount('data'), 0)
  })

  test('says so when the client leaves in the middle', async () => {
    const { request, body } = requestWithBody(10)
    const read = readBody(request, 100)
    body.write('abc')
    body.destroy()
    await assert.rejects(read, { code: 'ERR_BODY_READ' })
  })

  test('says so when the stream breaks', async () => {
    const { request, body } = requestWithBody(10)
    const cause = new Error('reset')
    const read = readBody(request, 100)
    body.destroy(cause)
    await assert.rejects(read, { code: 'ERR_BODY_READ', cause })
  })
})
