import assert from 'node:assert/strict'
import { Inbox } from '../../../../src/components/pubsub/redis/inbox.ts'

describe('Inbox', () => {
  test('hands out what came first, also to whoever waits', async () => {
    const inbox = new Inbox<number>(4)
    const waiting = [inbox.take(), inbox.take()]
    inbox.push([1, 2, 3, 4])
    assert.deepEqual(await Promise.all([...waiting, inbox.take(), inbox.take()]), [1, 2, 3, 4])
  })

  test('has room when it is at most half full, and says for how many', async () => {
    const inbox = new Inbox<number>(4)
    assert.equal(await inbox.room(), 4)
    inbox.push([1, 2])
    assert.equal(await inbox.room(), 2)
    inbox.push([3])
    let room: number | undefined
    const waiting = inbox.room().then((count) => {
      room = count
    })
    await Promise.resolve()
    assert.equal(room, undefined)
    await inbox.take()
    await waiting
    assert.equal(room, 2)
  })

  test('of one place has room when it is empty', async () => {
    const inbox = new Inbox<number>(1)
    inbox.push([1])
    const room = inbox.room()
    assert.equal(await inbox.take(), 1)
    assert.equal(await room, 1)
  })

  test('ends every wait when it is closed, and keeps what nobody took', async () => {
    const idle = new Inbox<number>(1)
    const takes = [idle.take(), idle.take()]
    idle.close()
    assert.deepEqual(await Promise.all(takes), [undefined, undefined])
    const full = new Inbox<number>(1)
    full.push([1])
    const room = full.room()
    full.close()
    await room
    full.push([2])
    assert.equal(await full.take(), undefined)
    assert.deepEqual(full.drain(), [1, 2])
    assert.deepEqual(full.drain(), [])
  })
})
