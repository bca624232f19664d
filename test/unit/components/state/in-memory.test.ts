import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { deletionOf, openStateStore, textOf, writeOf } from '../../../support/open-state-store.ts'

const READ = { consistency: undefined, metadata: {} } as const

async function openWithClock() {
  const clock = createFakeClock()
  return { clock, store: await openStateStore('state.in-memory', {}, { clock }) }
}

describe('state.in-memory', () => {
  test('names Dapr’s features [components-contrib: state/in-memory]', async () => {
    const { store } = await openWithClock()
    const features = ['ETAG', 'TRANSACTIONAL', 'TTL', 'DELETE_WITH_PREFIX', 'KEYS_LIKE']
    assert.deepEqual([...store.features], features)
  })

  test('gives random ETags, and says when a record ends', async () => {
    const { clock, store } = await openWithClock()
    await store.set(writeOf('a', 'one', { ttlSeconds: 10 }))
    const record = await store.get('a', READ)
    assert.match(record?.etag ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.equal(record?.expiresMs, clock.nowUs() / 1000 + 10_000)
    await store.set(writeOf('a', 'two'))
    assert.equal((await store.get('a', READ))?.expiresMs, undefined)
  })

  test('forgets a record in the millisecond of its end and not before', async () => {
    const { clock, store } = await openWithClock()
    await store.set(writeOf('a', 'one', { ttlSeconds: 10 }))
    clock.advance(9999)
    assert.equal(await textOf(store, 'a'), 'one')
    clock.advance(1)
    assert.equal(await textOf(store, 'a'), undefined)
  })

  test('keeps no timer while nothing can expire', async () => {
    const { clock, store } = await openWithClock()
    await store.set(writeOf('a', 'one'))
    assert.equal(clock.pending, 0)
    await store.set(writeOf('a', 'two', { ttlSeconds: 60 }))
    await store.set(writeOf('b', 'two', { ttlSeconds: 60 }))
    assert.equal(clock.pending, 1)
    await store.set(writeOf('a', 'three'))
    assert.equal(clock.pending, 1)
    await store.delete('b', deletionOf())
    assert.equal(clock.pending, 0)
  })

  test('sweeps expired records away that nobody reads, in bounded steps', async () => {
    const { clock, store } = await openWithClock()
    for (let n = 0; n < 2500; n++) await store.set(writeOf(`k${n}`, 'x', { ttlSeconds: 5 }))
    await store.set(writeOf('long', 'x', { ttlSeconds: 3600 }))
    clock.advance(10_000)
    assert.equal(clock.pending, 1, 'a crowded sweep goes on soon')
    clock.advance(200)
    assert.equal(await textOf(store, 'long'), 'x')
    clock.advance(3_600_000)
    assert.equal(clock.pending, 0, 'all were swept, and the timer went with the last')
  })

  test('keeps nothing when it is closed', async () => {
    const { clock, store } = await openWithClock()
    await store.set(writeOf('a', 'one', { ttlSeconds: 60 }))
    await store[Symbol.asyncDispose]()
    assert.equal(clock.pending, 0)
    assert.equal(await textOf(store, 'a'), undefined)
  })
})
