import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { createBatchProcessor, type DropReason } from '../../../src/telemetry/index.ts'
import {
  createHeldExporter,
  EXPORTED,
  FAILED,
  type HeldExporter,
  spanNamed,
  turn,
} from './held-exporter.ts'

function open() {
  const clock = createFakeClock()
  const counted = { exported: 0, dropped: {} as Partial<Record<DropReason, number>> }
  const processor = createBatchProcessor({
    name: 'zipkin',
    settings: {
      scheduleDelayMs: 1_000,
      exportTimeoutMs: 60_000,
      maxQueueSize: 5,
      maxExportBatchSize: 3,
    },
    clock,
    log: silentLogger,
    meter: {
      exported: (spans) => {
        counted.exported += spans
      },
      dropped: (reason, spans) => {
        counted.dropped[reason] = (counted.dropped[reason] ?? 0) + spans
      },
      up: () => undefined,
    },
  })
  const old = createHeldExporter()
  processor.replace(old)
  const add = (...names: string[]): void => {
    for (const name of names) processor.add(spanNamed(name))
  }
  return { clock, counted, processor, old, add }
}

const batches = (exporter: HeldExporter) => exporter.exports.map(({ names }) => names.join(''))

describe('createBatchProcessor, replace [design 5: spans out]', () => {
  test('gives spans that wait to the new exporter at once', () => {
    const { clock, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b')
    processor.replace(next)
    clock.advance(0)
    assert.deepEqual([batches(old), batches(next)], [[], ['ab']])
  })

  test('lets a batch in flight arrive at the old one', async () => {
    const { clock, counted, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b', 'c')
    clock.advance(0)
    processor.replace(next)
    clock.advance(4_999)
    assert.equal(old.last().signal.aborted, false)
    await old.last().settle(EXPORTED)
    clock.advance(10_000)
    assert.deepEqual(batches(next), [])
    assert.deepEqual(counted, { exported: 3, dropped: {} })
  })

  test('does not wait for the old one before it sends to the new', () => {
    const { clock, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b', 'c', 'd')
    clock.advance(0)
    processor.replace(next)
    clock.advance(0)
    assert.deepEqual([batches(old), batches(next)], [['abc'], ['d']])
  })

  test('takes a batch in flight back after 5 s and sends it to the new one', async () => {
    const { clock, counted, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b', 'c')
    clock.advance(0)
    processor.replace(next)
    clock.advance(5_000)
    assert.equal(old.last().signal.aborted, true)
    await turn()
    clock.advance(1_000)
    await next.last().settle(EXPORTED)
    assert.deepEqual(batches(next), ['abc'])
    assert.deepEqual(counted, { exported: 3, dropped: {} })
  })

  test('sends a batch that fails at the old one to the new one, first in line', async () => {
    const { clock, counted, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b', 'c')
    clock.advance(0)
    processor.replace(next)
    add('d')
    await old.last().settle(FAILED)
    clock.advance(0)
    await next.last().settle(EXPORTED)
    clock.advance(1_000)
    await next.last().settle(EXPORTED)
    assert.deepEqual(batches(next), ['abc', 'd'])
    assert.deepEqual(counted, { exported: 4, dropped: {} })
  })

  test('does not inherit the back-off of the old one', async () => {
    const { clock, processor, old, add } = open()
    const next = createHeldExporter()
    add('a')
    clock.advance(1_000)
    await old.last().settle({ kind: 'failed', reason: 'busy', retryAfterMs: 60_000 })
    processor.replace(next)
    clock.advance(0)
    assert.deepEqual(batches(next), ['a'])
  })

  test('does not inherit it after a time without exporter, either', async () => {
    const { clock, processor, old, add } = open()
    const next = createHeldExporter()
    add('a')
    clock.advance(1_000)
    await old.last().settle({ kind: 'failed', reason: 'busy', retryAfterMs: 60_000 })
    processor.replace(undefined)
    clock.advance(5_000)
    processor.replace(next)
    add('b')
    clock.advance(1_000)
    assert.deepEqual(batches(next), ['b'])
  })

  test('without a new one, drops and counts after 5 s what waits', () => {
    const { clock, counted, processor, add } = open()
    add('a', 'b')
    processor.replace(undefined)
    clock.advance(4_999)
    assert.deepEqual(counted.dropped, {})
    clock.advance(1)
    assert.deepEqual(counted.dropped, { removed: 2 })
  })

  test('without a new one, drops and counts the batch that is still in flight after 5 s', async () => {
    const { clock, counted, processor, old, add } = open()
    add('a', 'b', 'c')
    clock.advance(0)
    processor.replace(undefined)
    clock.advance(5_000)
    await turn()
    assert.equal(old.last().signal.aborted, true)
    assert.deepEqual(counted, { exported: 0, dropped: { removed: 3 } })
  })

  test('without a new one, keeps a batch that fails for the rest of the 5 s', async () => {
    const { clock, counted, processor, old, add } = open()
    const next = createHeldExporter()
    add('a', 'b', 'c')
    clock.advance(0)
    processor.replace(undefined)
    await old.last().settle(FAILED)
    clock.advance(4_000)
    processor.replace(next)
    clock.advance(0)
    await next.last().settle(EXPORTED)
    clock.advance(10_000)
    assert.deepEqual(batches(next), ['abc'])
    assert.deepEqual(counted, { exported: 3, dropped: {} })
  })

  test('gives each removal its own 5 s', () => {
    const { clock, counted, processor, add } = open()
    processor.replace(undefined)
    clock.advance(1_000)
    processor.replace(createHeldExporter())
    add('a')
    clock.advance(500)
    processor.replace(undefined)
    clock.advance(3_500)
    assert.deepEqual(counted.dropped, {})
    clock.advance(1_500)
    assert.deepEqual(counted.dropped, { removed: 1 })
  })

  test('drops and counts spans that come while there is no exporter', () => {
    const { counted, processor, add } = open()
    processor.replace(undefined)
    add('a')
    assert.deepEqual(counted.dropped, { removed: 1 })
  })

  test('counts what waits as removed when it is shut down without exporter', async () => {
    const { counted, processor, add } = open()
    add('a')
    processor.replace(undefined)
    await processor.shutdown(5_000)
    assert.deepEqual(counted.dropped, { removed: 1 })
  })
})
