import assert from 'node:assert/strict'
import { createPromRegistry } from '../../../src/adapters/prom-client/index.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createLogger } from '../../../src/base/logger.ts'
import {
  counter,
  createMetricPusher,
  type PushOutcome,
  pushMetrics,
} from '../../../src/telemetry/index.ts'
import { renderExposition } from '../../../src/wire/exposition.ts'
import { eventually } from '../../support/eventually.ts'

const sold = counter('sold_total', { help: 'Sold.', labels: [] })

/** A pusher whose pushes end when the test says so. */
function startPusher({ intervalMs = 1_000, timeoutMs = 300 } = {}) {
  const clock = createFakeClock()
  const registry = createPromRegistry([sold, ...Object.values(pushMetrics)], {
    clock,
    processMetrics: false,
  })
  const log: string[] = []
  const landing: ((outcome: PushOutcome) => void)[] = []
  const seen: string[] = []
  const pusher = createMetricPusher({
    registry,
    exporter: {
      push: (families, _nowUs, signal) =>
        new Promise((resolve) => {
          const text = [...renderExposition(families, 'text')].join('')
          seen.push(/^sold_total (\d+)$/m.exec(text)?.[1] ?? '')
          landing.push(resolve)
          signal.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'given up' }))
        }),
    },
    intervalMs,
    timeoutMs,
    clock,
    log: createLogger({
      level: 'info',
      format: (_, level, message, fields) => `${level} ${message} ${Object.values(fields)}`,
      fields: {},
      write: (line) => log.push(line),
      nowUs: clock.nowUs,
    }),
  })
  const page = async () => [...renderExposition(await registry.families(), 'text')].join('')
  return {
    clock,
    log,
    pusher,
    /** What each push said was sold. */
    seen,
    sold: registry.counter(sold).with({}),
    under: (pushes: number) => eventually(async () => seen.length === pushes),
    async land(outcome: PushOutcome) {
      landing.at(-1)?.(outcome)
      // The next one is planned, or there is none.
      await eventually(async () => clock.pending <= 1)
    },
    async counts() {
      const text = await page()
      return [
        /pushes_total\{result="pushed"\} (\d+)/.exec(text)?.[1],
        /pushes_total\{result="failed"\} (\d+)/.exec(text)?.[1],
        /rejected_points_total (\d+)/.exec(text)?.[1],
      ].map(Number)
    },
  }
}

describe('createMetricPusher', () => {
  test('pushes once an interval, and never two at a time', async () => {
    const p = startPusher()
    p.clock.advance(999)
    assert.deepEqual(p.seen, [])
    p.clock.advance(1)
    await p.under(1)
    p.clock.advance(250)
    await p.land({ kind: 'pushed' })
    p.clock.advance(749)
    assert.equal(p.seen.length, 1)
    p.clock.advance(1)
    await p.under(2)
    assert.deepEqual(await p.counts(), [1, 0, 0])
  })

  test('gives a push up when its time is over, and loses nothing by it', async () => {
    const p = startPusher()
    p.sold.inc(3)
    p.clock.advance(1_000)
    await p.under(1)
    p.clock.advance(300)
    await eventually(async () => (await p.counts())[1] === 1)
    p.sold.inc(4)
    p.clock.advance(700)
    await p.under(2)
    await p.land({ kind: 'pushed' })
    assert.deepEqual(p.seen, ['3', '7'])
    assert.deepEqual(await p.counts(), [1, 1, 0])
  })

  test('says once that nobody takes them, and when somebody does again', async () => {
    const p = startPusher()
    for (const [i, kind] of (['failed', 'failed', 'pushed', 'failed'] as const).entries()) {
      p.clock.advance(1_000)
      await p.under(i + 1)
      await p.land(kind === 'pushed' ? { kind } : { kind, reason: `no ${i}` })
    }
    assert.deepEqual(p.log, [
      'warning metrics are not pushed no 0',
      'info metrics are pushed again 2',
      'warning metrics are not pushed no 3',
    ])
  })

  test('waits as long as the receiver asks for', async () => {
    const p = startPusher()
    p.clock.advance(1_000)
    await p.under(1)
    await p.land({ kind: 'failed', reason: 'busy', retryAfterMs: 5_000 })
    p.clock.advance(4_999)
    assert.equal(p.seen.length, 1)
    p.clock.advance(1)
    await p.under(2)
  })

  test('counts what a receiver rejected while it took the rest, and says it once', async () => {
    const p = startPusher()
    for (const push of [1, 2]) {
      p.clock.advance(1_000)
      await p.under(push)
      await p.land({ kind: 'pushed', rejected: { points: 4, reason: 'too old' } })
    }
    assert.deepEqual(await p.counts(), [2, 0, 8])
    assert.deepEqual(p.log, ['warning the receiver rejected metrics 4,too old'])
  })

  test('pushes once more at the end, instead of the one under way, and never again', async () => {
    const p = startPusher()
    p.sold.inc()
    p.clock.advance(1_000)
    await p.under(1)
    p.sold.inc()
    const down = p.pusher.shutdown(200)
    await p.under(2)
    await p.land({ kind: 'pushed' })
    await down
    assert.deepEqual(p.seen, ['1', '2'])
    p.clock.advance(10_000)
    assert.equal(p.clock.pending, 0)
    assert.deepEqual(await p.counts(), [1, 0, 0])
  })

  test('ends in time when nobody answers', async () => {
    const p = startPusher()
    const down = p.pusher.shutdown(200)
    await p.under(1)
    p.clock.advance(200)
    await down
    assert.deepEqual(await p.counts(), [0, 1, 0])
  })
})
