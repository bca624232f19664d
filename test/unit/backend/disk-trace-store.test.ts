import assert from 'node:assert/strict'
import type { FileLayer } from '../../../src/backend/index.ts'
import {
  type DiskTraceStoreOptions,
  openDiskTraceStore,
} from '../../../src/backend/store/disk/index.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { batchOf, queryOf, START_US, spanOf } from '../../conformance/trace-store.ts'
import { eventually } from '../../support/eventually.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createForgetfulFiles } from './forgetful-files.ts'

const HOUR_MS = 3_600_000

const openStore = (
  files: FileLayer,
  options: Partial<DiskTraceStoreOptions> = {},
  { clock = createFakeClock(START_US), pid = 1, alive = [] as readonly number[] } = {},
) =>
  openDiskTraceStore(
    {
      directory: '/data',
      retainMs: 1000 * HOUR_MS,
      maxBytes: 100_000_000,
      strictTraceId: true,
      autocompleteKeys: ['env'],
      ...options,
    },
    { clock, log: silentLogger, files, processes: { pid, isAlive: (one) => alive.includes(one) } },
  )

const idOf = (trace: number): string => spanOf(trace, 1).traceId

describe('openDiskTraceStore: what was acknowledged stays', () => {
  test('keeps every batch when the power is cut, and nothing it did not promise', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files)
    for (let trace = 1; trace <= 20; trace++) await store.accept(batchOf(spanOf(trace, 1)))
    const late = store.accept(batchOf(spanOf(99, 1)))
    const left = files.cutPower()
    await assert.rejects(late)
    await using again = await openStore(left)
    for (let trace = 1; trace <= 20; trace++)
      assert.equal((await again.getTrace(idOf(trace)))?.length, 1, `trace ${trace}`)
    assert.equal(again.stats().spans, 20)
    assert.equal((await again.search(queryOf({ limit: 100 }))).length, 20)
  })

  test('keeps every batch when the power is cut at any moment of sealing', async () => {
    for (let turns = 0; turns < 60; turns++) {
      const files = createForgetfulFiles()
      const store = await openStore(files, { segmentSpans: 4 })
      for (let trace = 1; trace <= 6; trace++)
        await store.accept(batchOf(spanOf(trace, 1), spanOf(trace, 2)))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      const left = files.cutPower()
      await using again = await openStore(left, { segmentSpans: 4 })
      for (let trace = 1; trace <= 6; trace++)
        assert.equal((await again.getTrace(idOf(trace)))?.length, 2, `trace ${trace} at ${turns}`)
      await assert.rejects(async () => store[Symbol.asyncDispose](), { code: 'EIO' })
    }
  })

  test('gives the same answers after a clean stop, from log and segments', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files, { segmentSpans: 7 })
    for (let n = 1; n <= 3; n++)
      for (let trace = 1; trace <= 9; trace++)
        await store.accept(
          batchOf(
            spanOf(trace, n, {
              name: `op${trace % 3}`,
              tags: { env: `e${trace}`, error: 'x' },
              kind: 'CLIENT',
              remoteEndpoint: { serviceName: `peer${n}` },
            }),
          ),
        )
    const look = async (one: typeof store) => ({
      traces: (await one.search(queryOf({ limit: 100, annotationQuery: 'env=e4' }))).flat().length,
      all: (await one.search(queryOf({ limit: 100, serviceName: 'shop' }))).flat().length,
      services: await one.serviceNames(),
      spans: await one.spanNames('shop'),
      remotes: await one.remoteServiceNames('shop'),
      values: await one.autocompleteValues('env'),
      links: (await one.dependencies(START_US / 1000 + HOUR_MS, HOUR_MS)).sort((a, b) =>
        a.child < b.child ? -1 : 1,
      ),
      count: one.stats().spans,
    })
    const before = await look(store)
    assert.deepEqual([before.traces, before.all, before.links.length], [3, 27, 2])
    await store[Symbol.asyncDispose]()
    await using again = await openStore(files, { segmentSpans: 7 })
    assert.deepEqual(await look(again), before)
    assert.ok(again.stats().segments > 0)
  })

  test('cuts a torn batch off and goes on behind it', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files)
    await store.accept(batchOf(spanOf(1, 1)))
    await store[Symbol.asyncDispose]()
    const log = await files.open('/data/wal-00000001.log', 'append')
    await log.write([Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 0x5b])])
    const again = await openStore(files)
    assert.equal(again.stats().spans, 1)
    await again.accept(batchOf(spanOf(2, 1)))
    await again[Symbol.asyncDispose]()
    await using third = await openStore(files)
    assert.equal(third.stats().spans, 2)
  })

  test('removes what a crash left half done', async () => {
    const files = createForgetfulFiles()
    for (const name of ['seg-00000007.dat', 'seg-00000008.idx.tmp']) {
      const file = await files.open(`/data/${name}`, 'append')
      await file.write([Buffer.from('half')])
    }
    await using _store = await openStore(files)
    assert.deepEqual(files.names, ['lock', 'wal-00000001.log'])
  })

  test('leaves a damaged segment out, says so, and keeps its files', async () => {
    const files = createForgetfulFiles()
    const file = await files.open('/data/seg-00000003.idx', 'append')
    await file.write([Buffer.alloc(100, 7)])
    await using store = await openStore(files)
    await store.accept(batchOf(spanOf(1, 1)))
    assert.ok(files.names.includes('seg-00000003.idx'))
    assert.ok(files.names.includes('wal-00000004.log'))
  })
})

describe('openDiskTraceStore: a disk that fails', () => {
  test('takes nothing more after a failed sync, and goes on reading', async () => {
    const files = createForgetfulFiles()
    await using store = await openStore(files)
    await store.accept(batchOf(spanOf(1, 1)))
    files.failing = { call: 'sync', code: 'EIO' }
    await assert.rejects(() => store.accept(batchOf(spanOf(2, 1))), { code: 'TRACE_STORE_BROKEN' })
    files.failing = undefined
    await assert.rejects(() => store.accept(batchOf(spanOf(3, 1))), { code: 'TRACE_STORE_BROKEN' })
    assert.equal(store.health().isUp, false)
    assert.match(store.health().error ?? '', /a sync in \/data failed .*start the backend again/)
    assert.equal((await store.getTrace(idOf(1)))?.length, 1)
    assert.equal(await store.getTrace(idOf(2)), undefined)
  })

  test('refuses while the disk is full, stores no half, and recovers', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files)
    await store.accept(batchOf(spanOf(1, 1)))
    files.failing = { call: 'write', code: 'ENOSPC' }
    await assert.rejects(() => store.accept(batchOf(spanOf(2, 1))), {
      code: 'TRACE_STORE_OVERLOADED',
      retryable: true,
      message: /the disk is full for \/data; free some space/,
    })
    assert.equal(store.health().isUp, false)
    files.failing = undefined
    await store.accept(batchOf(spanOf(3, 1)))
    assert.equal(store.health().isUp, true)
    await store[Symbol.asyncDispose]()
    await using again = await openStore(files)
    assert.equal(again.stats().spans, 2)
    assert.equal(await again.getTrace(idOf(2)), undefined)
  })

  test('keeps everything when a segment cannot be written, and tries again', async () => {
    const files = createForgetfulFiles()
    const clock = createFakeClock(START_US)
    await using store = await openStore(files, { segmentSpans: 2 }, { clock })
    await store.accept(batchOf(spanOf(1, 1)))
    files.failing = { call: 'open', code: 'ENOSPC' }
    await store.accept(batchOf(spanOf(2, 1)))
    await store.accept(batchOf(spanOf(3, 1)))
    assert.equal(store.stats().spans, 3)
    files.failing = undefined
    await store.accept(batchOf(spanOf(4, 1)))
    await eventually(() => store.stats().segments === 1)
    assert.equal((await store.search(queryOf())).length, 4)
  })

  test('names a directory that cannot be written, with the cure', async () => {
    const files = createForgetfulFiles()
    files.failing = { call: 'open', code: 'EROFS' }
    await assert.rejects(() => openStore(files), {
      code: 'TRACE_STORE_DIRECTORY',
      message: /cannot write to the data directory \/data .*--data/,
    })
  })
})

describe('openDiskTraceStore: bounds', () => {
  test('refuses a second process by name, and takes over from a dead one', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files, {}, { pid: 10 })
    await assert.rejects(() => openStore(files, {}, { pid: 11, alive: [10] }), {
      code: 'TRACE_STORE_IN_USE',
      message: /process 10.*--data/,
    })
    await store.accept(batchOf(spanOf(1, 1)))
    await using heir = await openStore(files, {}, { pid: 12 })
    assert.equal(heir.stats().spans, 1)
  })

  test('lets whole segments go when they are too old', async () => {
    const files = createForgetfulFiles()
    const clock = createFakeClock(START_US)
    await using store = await openStore(
      files,
      { segmentSpans: 2, retainMs: 2 * HOUR_MS },
      { clock },
    )
    await store.accept(batchOf(spanOf(1, 1), spanOf(1, 2)))
    await eventually(() => store.stats().segments === 1)
    clock.advance(HOUR_MS)
    assert.equal(store.stats().spans, 2)
    clock.advance(HOUR_MS + 60_000)
    await eventually(() => store.stats().segments === 0)
    assert.deepEqual(store.stats().evictedSpans, 2)
    assert.equal(await store.getTrace(idOf(1)), undefined)
    assert.deepEqual(await store.serviceNames(), [])
    assert.equal(files.names.filter((name) => name.startsWith('seg-')).length, 0)
  })

  test('seals a segment that has become old although it is small', async () => {
    const files = createForgetfulFiles()
    const clock = createFakeClock(START_US)
    await using store = await openStore(files, {}, { clock })
    await store.accept(batchOf(spanOf(1, 1)))
    clock.advance(HOUR_MS + 60_000)
    await eventually(() => store.stats().segments === 1)
    assert.equal((await store.getTrace(idOf(1)))?.length, 1)
  })

  test('lets the oldest segments go when there is too much', async () => {
    const files = createForgetfulFiles()
    await using store = await openStore(files, { segmentSpans: 20, maxBytes: 30_000 })
    for (let trace = 1; trace <= 400; trace++)
      await eventually(async () => {
        await store.accept(batchOf(spanOf(trace, 1, { tags: { env: `value ${trace}` } })))
        return true
      })
    await eventually(() => store.stats().bytes <= 30_000)
    assert.ok(store.stats().evictedSpans > 0)
    assert.equal(store.stats().spans + store.stats().evictedSpans, 400)
    assert.equal(await store.getTrace(idOf(1)), undefined)
    assert.equal((await store.getTrace(idOf(400)))?.length, 1)
  })

  test('finds a trace whose parts lie in several segments, by conditions of each', async () => {
    const files = createForgetfulFiles()
    await using store = await openStore(files, { segmentSpans: 1 })
    await store.accept(batchOf(spanOf(1, 1, { name: 'a', tags: { k: 'v' } })))
    await eventually(() => store.stats().segments === 1)
    await store.accept(batchOf(spanOf(1, 2, { name: 'b', duration: 9_000_000 })))
    await eventually(() => store.stats().segments === 2)
    const query = queryOf({
      serviceName: 'shop',
      spanName: 'b',
      annotationQuery: 'k=v',
      minDurationUs: 5_000_000,
    })
    const [trace] = await store.search(query)
    assert.equal(trace?.length, 2)
  })
})
