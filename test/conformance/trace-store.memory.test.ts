import assert from 'node:assert/strict'
import { openMemoryTraceStore } from '../../src/backend/store/memory/index.ts'
import { batchOf, describeTraceStore, queryOf, spanOf } from './trace-store.ts'

describeTraceStore('the memory driver', async (options) =>
  openMemoryTraceStore({ ...options, maxSpans: 6000 }),
)

describe('openMemoryTraceStore', () => {
  const open = () =>
    openMemoryTraceStore({ strictTraceId: true, autocompleteKeys: [], maxSpans: 10 })

  test('lets whole traces go, the oldest first', async () => {
    await using store = open()
    for (let trace = 1; trace <= 6; trace++)
      await store.accept(batchOf(spanOf(trace, 1), spanOf(trace, 2)))
    assert.deepEqual(store.stats(), {
      spans: 10,
      bytes: 0,
      segments: 0,
      evictedSpans: 2,
      lostBytes: 0,
    })
    assert.equal(await store.getTrace(spanOf(1, 1).traceId), undefined)
    assert.equal((await store.search(queryOf())).length, 5)
  })

  test('forgets a service with its last span', async () => {
    await using store = open()
    await store.accept(batchOf(spanOf(1, 1, { localEndpoint: { serviceName: 'gone' } })))
    for (let trace = 2; trace <= 11; trace++) await store.accept(batchOf(spanOf(trace, 1)))
    assert.deepEqual(await store.serviceNames(), ['shop'])
  })

  test('takes a batch of half its size and refuses one span more', async () => {
    await using store = open()
    const spans = Array.from({ length: 6 }, (_, n) => spanOf(n, 1))
    await store.accept(batchOf(...spans.slice(0, 5)))
    await assert.rejects(() => store.accept(batchOf(...spans)), { code: 'TRACE_STORE_FULL' })
    assert.equal(store.stats().spans, 5)
  })
})
