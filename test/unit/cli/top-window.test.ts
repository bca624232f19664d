import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createPaint } from '../../../src/base/paint.ts'
import { topLines } from '../../../src/cli/top-lines.ts'
import { createTopWindow } from '../../../src/cli/top-window.ts'
import type { TapEvent } from '../../../src/wire/tap-event.ts'

const event = (more: Partial<TapEvent> = {}): TapEvent => ({
  startUs: 1,
  durationUs: 1_000,
  app: 'shop',
  way: 'out',
  peer: 'orders',
  api: 'invoke',
  method: 'GET',
  path: '/orders/7',
  status: '200',
  failed: false,
  sampled: true,
  ...more,
})

describe('createTopWindow', () => {
  const open = () => {
    const clock = createFakeClock()
    const window = createTopWindow(10_000, clock.elapsedMs)
    return { clock, window, rows: () => window.rows(clock.elapsedMs()) }
  }

  test('gives for each operation the rate, success, latency and traced share of the window', () => {
    const { clock, window, rows } = open()
    clock.advance(10_000)
    for (let i = 1; i <= 100; i++)
      window.add(
        event({
          path: `/orders/${i}`,
          durationUs: i * 1_000,
          failed: i > 95,
          sampled: i <= 10,
        }),
      )
    window.add(event({ way: 'in', app: 'orders', peer: 'shop', method: 'POST' }))
    assert.deepEqual(rows(), [
      {
        from: 'shop',
        to: 'orders',
        method: 'GET',
        path: '/orders/{id}',
        count: 100,
        rate: 10,
        success: 0.95,
        p50Us: 50_000,
        p99Us: 99_000,
        worstUs: 100_000,
        lastUs: 100_000,
        sampled: 0.1,
      },
      {
        from: 'shop',
        to: 'orders',
        method: 'POST',
        path: '/orders/{id}',
        count: 1,
        rate: 0.1,
        success: 1,
        p50Us: 1_000,
        p99Us: 1_000,
        worstUs: 1_000,
        lastUs: 1_000,
        sampled: 1,
      },
    ])
  })

  test('forgets what is older', () => {
    const { clock, window, rows } = open()
    window.add(event())
    clock.advance(9_999)
    assert.equal(rows().length, 1)
    clock.advance(1)
    assert.equal(rows().length, 0)
  })

  test('makes up the rate for what it was not told', () => {
    const { clock, window, rows } = open()
    clock.advance(10_000)
    for (let i = 0; i < 10; i++) window.add(event())
    window.skip(30)
    assert.equal(window.seen(), 0.25)
    assert.equal(rows()[0]?.rate, 4)
  })

  test('is shown in as many lines and columns as there are', () => {
    const { clock, window, rows } = open()
    clock.advance(1_000)
    for (let i = 0; i < 30; i++)
      window.add(event({ peer: `app-${i}`, path: `/a/${'very-long-'.repeat(6)}${i}` }))
    for (const columns of [60, 80, 100, 120, 200]) {
      const lines = topLines(
        rows(),
        { windowMs: 10_000, seen: 0.5 },
        { columns, lines: 12 },
        createPaint(false),
      )
      assert.equal(lines.length, 11)
      for (const line of lines) assert.ok(line.length <= columns, line)
      assert.match(String(lines.at(-1)), /^last 10s · 21 more operations/)
    }
  })
})
