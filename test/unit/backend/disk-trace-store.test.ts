import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import type { FileLayer } from '../../../src/backend/index.ts'
import { nodeFileLayer } from '../../../src/backend/store/disk/file-layer.ts'
import {
  type DiskTraceStoreOptions,
  openDiskTraceStore,
} from '../../../src/backend/store/disk/index.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createLogger, formatLogfmt, silentLogger } from '../../../src/base/logger.ts'
import { batchOf, queryOf, START_US, spanOf } from '../../conformance/trace-store.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { createForgetfulFiles } from './forgetful-files.ts'

const HOUR_MS = 3_600_000

const openStore = (
  files: FileLayer,
  options: Partial<DiskTraceStoreOptions> = {},
  {
    clock = createFakeClock(START_US),
    pid = 1,
    alive = [] as readonly number[],
    log = silentLogger,
  } = {},
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
    { clock, log, files, processes: { pid, isAlive: (one) => alive.includes(one) } },
  )

function createLines() {
  const lines: string[] = []
  const log = createLogger({
    level: 'info',
    format: formatLogfmt,
    fields: {},
    write: (line) => lines.push(line),
    nowUs: () => START_US,
  })
  return { log, lines }
}

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

  test('reads on behind a damaged length, and keeps the log as it was', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files)
    for (let trace = 1; trace <= 3; trace++) await store.accept(batchOf(spanOf(trace, 1)))
    await store[Symbol.asyncDispose]()
    const name = 'wal-00000001.log'
    const damaged = Buffer.from(files.content(name) ?? '')
    // The length of the second entry, and a letter of its body.
    const second = 8 + damaged.readUInt32LE(0)
    damaged.writeUInt32LE(1, second)
    damaged[second + 20] = 0
    const log = await files.open(`/data/${name}`, 'append')
    await log.truncate(0)
    await log.write([damaged])
    const { log: logger, lines } = createLines()
    const again = await openStore(files, {}, { log: logger })
    assert.equal(again.stats().spans, 2)
    assert.equal((await again.getTrace(idOf(3)))?.length, 1)
    assert.ok(again.stats().lostBytes > 8)
    assert.deepEqual(files.content(`${name}.corrupt`), damaged)
    assert.match(lines.join(), /level=error.*the log was damaged.*wal-00000001\.log\.corrupt/)
    await again.accept(batchOf(spanOf(4, 1)))
    const left = files.cutPower()
    await using third = await openStore(left)
    assert.deepEqual([third.stats().spans, third.stats().lostBytes], [3, 0])
  })

  test('loses nothing when the disk has no room to keep a damaged log', async () => {
    const files = createForgetfulFiles()
    const store = await openStore(files)
    for (let trace = 1; trace <= 2; trace++) await store.accept(batchOf(spanOf(trace, 1)))
    await store[Symbol.asyncDispose]()
    const damaged = Buffer.from(files.content('wal-00000001.log') ?? '')
    damaged.writeUInt32LE(0, 0)
    const log = await files.open('/data/wal-00000001.log', 'append')
    await log.truncate(0)
    await log.write([damaged])
    files.failing = { call: 'sync', code: 'ENOSPC' }
    const again = await openStore(files)
    files.failing = undefined
    assert.equal(again.stats().spans, 2)
    await again.accept(batchOf(spanOf(3, 1)))
    await again[Symbol.asyncDispose]()
    await using third = await openStore(files)
    assert.equal(third.stats().spans, 3)
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
    const { log, lines } = createLines()
    const store = await openStore(files, {}, { log })
    await store.accept(batchOf(spanOf(1, 1)))
    files.failing = { call: 'write', code: 'ENOSPC' }
    await assert.rejects(() => store.accept(batchOf(spanOf(2, 1))), {
      code: 'TRACE_STORE_DISK_FULL',
      retryable: true,
      message: /the disk is full for \/data; free some space/,
    })
    assert.equal(store.health().isUp, false)
    await assert.rejects(() => store.accept(batchOf(spanOf(2, 1))))
    files.failing = undefined
    await store.accept(batchOf(spanOf(3, 1)))
    assert.equal(store.health().isUp, true)
    await store.accept(batchOf(spanOf(4, 1)))
    assert.deepEqual(
      lines.map((line) => /level=(\w+).*msg="(traces are \w+)/.exec(line)?.slice(1)),
      [
        ['error', 'traces are refused'],
        ['info', 'traces are accepted'],
      ],
    )
    await store[Symbol.asyncDispose]()
    await using again = await openStore(files)
    assert.equal(again.stats().spans, 3)
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

describe('openDiskTraceStore: real files', () => {
  for (const name of ['wal-00000100.log', 'seg-00000001.idx', 'seg-00000002.dat'])
    test(`names a directory that is called ${name}`, async () => {
      await using directory = await temporaryDirectory()
      await mkdir(directory.file(name))
      await assert.rejects(() => openStore(nodeFileLayer, { directory: directory.path }), {
        code: 'TRACE_STORE_DIRECTORY',
        message: new RegExp(`${name}/ is a directory.*move it away`),
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
