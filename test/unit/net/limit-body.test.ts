import assert from 'node:assert/strict'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Fault } from '../../../src/base/fault.ts'
import { limitBody } from '../../../src/net/index.ts'
import { requestWithBody } from './bodies.ts'

/** `events.once` would fail on the error that comes first. */
const closing = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    stream.on('close', resolve)
  })
const never = (fault: Fault) => assert.fail(fault.message)

describe('limitBody', () => {
  test('passes a body on that is as long as the bound', async () => {
    const { body } = requestWithBody()
    const limited = limitBody(body, 4, never)
    body.write('ab')
    body.end('cd')
    assert.equal(await text(limited), 'abcd')
  })

  test('passes an empty body on with a bound of 0', async () => {
    const { body } = requestWithBody()
    const limited = limitBody(body, 0, never)
    body.end()
    assert.equal(await text(limited), '')
  })

  test('passes on only what fits, breaks off and says so once', async () => {
    const { body } = requestWithBody()
    const faults: Fault[] = []
    const limited = limitBody(body, 4, (fault) => faults.push(fault))
    const chunks: string[] = []
    limited.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
    const closed = closing(limited)
    body.write('abcd')
    body.write('e')
    body.write('f')
    await closed
    assert.deepEqual(chunks, ['abcd'])
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['ERR_BODY_TOO_LARGE'],
    )
    assert.equal(limited.readableEnded, false)
  })

  test('ends no process when nobody listens for the error', async () => {
    const { body } = requestWithBody()
    const limited = limitBody(body, 0, () => undefined)
    const closed = closing(limited)
    body.write('a')
    await closed
    assert.equal(limited.destroyed, true)
  })

  test('breaks off when the client leaves, instead of ending', async () => {
    const { body } = requestWithBody()
    const limited = limitBody(body, 100, never)
    limited.resume()
    const closed = closing(limited)
    body.write('a')
    body.destroy()
    await closed
    assert.equal(limited.readableEnded, false)
  })
})
