import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createLogger, formatLogfmt } from '../../../src/base/logger.ts'
import { createBatchProcessor, type DropReason } from '../../../src/telemetry/index.ts'
import {
  createHeldExporter,
  EXPORTED,
  FAILED,
  type HeldExporter,
  REFUSED,
  spanNamed,
  turn,
} from './held-exporter.ts'

const SETTINGS = {
  scheduleDelayMs: 1_000,
  exportTimeoutMs: 60_000,
  maxQueueSize: 5,
  maxExportBatchSize: 3,
}

function open(settings: Partial<typeof SETTINGS> = {}, exporter = createHeldExporter()) {
  const clock = createFakeClock()
  const lines: string[] = []
  const counted = { exported: 0, dropped: {} as Partial<Record<DropReason, number>>, up: '' }
  const processor = createBatchProcessor({
    name: 'zipkin',
    settings: { ...SETTINGS, ...settings },
    clock,
    log: createLogger({
      level: 'debug',
      format: formatLogfmt,
      fields: {},
      write: (line) => lines.push(line),
      nowUs: clock.nowUs,
    }),
    meter: {
      exported: (spans) => {
        counted.exported += spans
      },
      dropped: (reason, spans) => {
        counted.dropped[reason] = (counted.dropped[reason] ?? 0) + spans
      },
      up: (isUp) => {
        counted.up += isUp ? '+' : '-'
      },
    },
  })
  processor.replace(exporter)
  const add = (...names: string[]): void => {
    for (const name of names) processor.add(spanNamed(name))
  }
  return { clock, lines, counted, processor, exporter, add }
}

const batches = (exporter: HeldExporter) => exporter.exports.map(({ names }) => names.join(''))

describe('createBatchProcessor', () => {
  test('sends nothing when there is nothing', () => {
    const { clock, exporter } = open()
    clock.advance(3_600_000)
    assert.deepEqual(batches(exporter), [])
  })

  test('sends one span after the delay, not before', () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(999)
    assert.deepEqual(batches(exporter), [])
    clock.advance(1)
    assert.deepEqual(batches(exporter), ['a'])
  })

  test('counts the delay from the first span that waits', () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(600)
    add('b')
    clock.advance(400)
    assert.deepEqual(batches(exporter), ['ab'])
  })

  test('sends a full batch at once', () => {
    const { clock, exporter, add } = open()
    add('a', 'b', 'c')
    clock.advance(0)
    assert.deepEqual(batches(exporter), ['abc'])
  })

  test('leaves one more than a batch for the next one', async () => {
    const { clock, exporter, counted, add } = open()
    add('a', 'b', 'c', 'd')
    clock.advance(0)
    await exporter.last().settle(EXPORTED)
    assert.deepEqual(batches(exporter), ['abc'])
    clock.advance(1_000)
    await exporter.last().settle(EXPORTED)
    assert.deepEqual(batches(exporter), ['abc', 'd'])
    assert.deepEqual(counted, { exported: 4, dropped: {}, up: '++' })
  })

  test('has one export under way at a time, and sends a full batch as soon as it is done', async () => {
    const { clock, exporter, add } = open()
    add('a', 'b', 'c')
    clock.advance(0)
    add('d', 'e', 'f')
    clock.advance(10_000)
    assert.deepEqual(batches(exporter), ['abc'])
    await exporter.last().settle(EXPORTED)
    clock.advance(0)
    assert.deepEqual(batches(exporter), ['abc', 'def'])
  })

  test('drops and counts the one span that finds the queue full', () => {
    const { clock, exporter, counted, add } = open()
    add('a', 'b', 'c')
    clock.advance(0)
    add('d', 'e', 'f', 'g', 'h')
    assert.deepEqual(counted.dropped, {})
    add('i')
    assert.deepEqual(counted.dropped, { queue_full: 1 })
    assert.deepEqual(batches(exporter), ['abc'])
  })

  test('tries a failed batch again, in order, with a back-off that doubles up to 30 s', async () => {
    const { clock, exporter, counted, lines, add } = open()
    add('a', 'b')
    clock.advance(1_000)
    for (const backoffMs of [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const before = exporter.exports.length
      await exporter.last().settle(FAILED)
      clock.advance(backoffMs - 1)
      assert.equal(exporter.exports.length, before, `before ${backoffMs} ms`)
      clock.advance(1)
      assert.equal(exporter.exports.length, before + 1, `after ${backoffMs} ms`)
    }
    await exporter.last().settle(EXPORTED)
    assert.ok(batches(exporter).every((batch) => batch === 'ab'))
    assert.deepEqual(counted, { exported: 2, dropped: {}, up: '---------+' })
    assert.deepEqual(
      lines.map((line) => /msg="([^"]*)"/.exec(line)?.[1]),
      [
        'exporter zipkin does not take spans; they wait in the queue',
        'exporter zipkin takes spans again',
      ],
    )
  })

  test('starts the back-off anew after a success', async () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(1_000)
    await exporter.last().settle(FAILED)
    clock.advance(250)
    await exporter.last().settle(FAILED)
    clock.advance(500)
    await exporter.last().settle(EXPORTED)
    add('b')
    clock.advance(1_000)
    await exporter.last().settle(FAILED)
    clock.advance(250)
    assert.deepEqual(batches(exporter), ['a', 'a', 'a', 'b', 'b'])
  })

  test('does not cut a back-off short for a full batch', async () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(1_000)
    await exporter.last().settle(FAILED)
    add('b', 'c', 'd')
    clock.advance(249)
    assert.deepEqual(batches(exporter), ['a'])
    clock.advance(1)
    assert.deepEqual(batches(exporter), ['a', 'abc'])
  })

  test('waits as long as the receiver asks, longer or shorter than the back-off', async () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(1_000)
    for (const retryAfterMs of [7_000, 1_000, 1_000, 1_000]) {
      const before = exporter.exports.length
      await exporter.last().settle({ kind: 'failed', reason: 'busy', retryAfterMs })
      clock.advance(retryAfterMs - 1)
      assert.equal(exporter.exports.length, before)
      clock.advance(1)
      assert.equal(exporter.exports.length, before + 1)
    }
  })

  test('does not hammer a receiver that asks for no pause', async () => {
    const { clock, exporter, add } = open()
    add('a')
    clock.advance(1_000)
    await exporter.last().settle({ kind: 'failed', reason: 'busy', retryAfterMs: 0 })
    clock.advance(249)
    assert.equal(exporter.exports.length, 1)
    clock.advance(1)
    assert.equal(exporter.exports.length, 2)
  })

  test('drops and counts a refused batch, and goes on with the next', async () => {
    const { clock, exporter, counted, add } = open()
    add('a', 'b', 'c', 'd')
    clock.advance(0)
    await exporter.last().settle(REFUSED)
    clock.advance(1_000)
    await exporter.last().settle(EXPORTED)
    assert.deepEqual(batches(exporter), ['abc', 'd'])
    assert.deepEqual(counted, { exported: 1, dropped: { refused: 3 }, up: '-+' })
  })

  test('gives an export up after its time-out and tries again', async () => {
    const { clock, exporter, counted, add } = open({ exportTimeoutMs: 2_000 })
    add('a')
    clock.advance(1_000)
    clock.advance(1_999)
    assert.equal(exporter.last().signal.aborted, false)
    clock.advance(1)
    assert.equal(exporter.last().signal.aborted, true)
    await turn()
    clock.advance(250)
    assert.deepEqual(batches(exporter), ['a', 'a'])
    await exporter.last().settle(EXPORTED)
    clock.advance(10_000)
    assert.deepEqual([counted.exported, counted.dropped], [1, {}])
  })

  test('leaves no timer behind when all is sent', async () => {
    const { clock, exporter, add } = open()
    clock.advance(10_000)
    add('a')
    clock.advance(1_000)
    await exporter.last().settle(EXPORTED)
    assert.equal(clock.pending, 0)
  })
})

describe('createBatchProcessor, shutdown', () => {
  test('ends at once when nothing waits', async () => {
    const { clock, counted, processor } = open()
    clock.advance(5_000)
    await processor.shutdown(5_000)
    assert.deepEqual(counted, { exported: 0, dropped: {}, up: '' })
  })

  test('sends everything that waits, batch by batch, without the delay', async () => {
    const { clock, exporter, counted, processor, add } = open()
    add('a', 'b', 'c', 'd')
    const stopped = processor.shutdown(5_000)
    clock.advance(0)
    await exporter.last().settle(EXPORTED)
    clock.advance(0)
    await exporter.last().settle(EXPORTED)
    await stopped
    assert.deepEqual(batches(exporter), ['abc', 'd'])
    assert.deepEqual([counted.exported, counted.dropped], [4, {}])
  })

  test('waits for the batch under way', async () => {
    const { clock, exporter, counted, processor, add } = open()
    add('a')
    clock.advance(1_000)
    let stopped = false
    const done = processor.shutdown(5_000).then(() => {
      stopped = true
    })
    clock.advance(4_999)
    await turn()
    assert.equal(stopped, false)
    await exporter.last().settle(EXPORTED)
    await done
    assert.deepEqual([counted.exported, counted.dropped], [1, {}])
  })

  test('cuts a back-off short', async () => {
    const { clock, exporter, counted, processor, add } = open()
    add('a')
    clock.advance(1_000)
    await exporter.last().settle(FAILED)
    const stopped = processor.shutdown(5_000)
    clock.advance(0)
    await exporter.last().settle(EXPORTED)
    await stopped
    assert.deepEqual([counted.exported, counted.dropped], [1, {}])
  })

  test('drops and counts what is left at the deadline, in flight and waiting', async () => {
    const { clock, exporter, counted, processor, add } = open()
    add('a', 'b', 'c', 'd', 'e')
    const stopped = processor.shutdown(5_000)
    clock.advance(0)
    clock.advance(5_000)
    await stopped
    await turn()
    assert.equal(exporter.last().signal.aborted, true)
    assert.deepEqual([counted.exported, counted.dropped], [0, { shutdown: 5 }])
  })

  test('counts a batch once that is answered after the deadline', async () => {
    const late = createHeldExporter()
    const { clock, counted, processor, add } = open(
      {},
      // Deaf to the signal, as a receiver is whose answer is already on its way.
      { ...late, export: (spans) => late.export(spans, new AbortController().signal) },
    )
    add('a')
    clock.advance(1_000)
    const stopped = processor.shutdown(100)
    clock.advance(100)
    await stopped
    await late.last().settle(EXPORTED)
    assert.deepEqual([counted.exported, counted.dropped], [0, { shutdown: 1 }])
  })

  test('keeps trying a receiver that fails, until the deadline', async () => {
    const { clock, exporter, counted, processor, add } = open()
    add('a')
    const stopped = processor.shutdown(1_000)
    clock.advance(0)
    for (const backoffMs of [250, 500]) {
      await exporter.last().settle(FAILED)
      clock.advance(backoffMs)
    }
    await exporter.last().settle(FAILED)
    clock.advance(250)
    await stopped
    assert.deepEqual(batches(exporter), ['a', 'a', 'a'])
    assert.deepEqual([counted.exported, counted.dropped], [0, { shutdown: 1 }])
  })

  test('counts what is added afterwards as dropped', async () => {
    const { counted, processor, add } = open()
    await processor.shutdown(5_000)
    add('a', 'b')
    assert.deepEqual(counted.dropped, { shutdown: 2 })
  })
})
