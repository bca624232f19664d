import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { silentLogger } from '../../../../src/base/logger.ts'
import { type BindingResponse, bindingDrivers } from '../../../../src/components/bindings/index.ts'
import { openBlock } from '../../../support/open-block.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Begins on 2026-01-01, a Thursday, at 00:00:00 UTC. */
async function read(schedule: string, handle: () => Promise<void> = async () => {}) {
  const clock = createFakeClock()
  const complaints: string[] = []
  const log = {
    ...silentLogger,
    warning: (text: string) => void complaints.push(text),
    child: () => log,
  }
  const block = await openBlock(bindingDrivers, 'bindings.cron', { schedule }, { clock, log })
  const events: BindingResponse[] = []
  const signals: AbortSignal[] = []
  const reading = block.read?.((event, signal) => {
    events.push(event)
    signals.push(signal)
    return handle()
  })
  const times = () => events.map(({ metadata }) => metadata.readTimeUTC?.slice(0, 19))
  const wallMs = () => clock.nowUs() / 1000
  return {
    clock,
    block,
    events,
    signals,
    times,
    complaints,
    /** In small steps: what has been handled must be seen as such. */
    async advance(ms: number) {
      for (let left = ms; left > 0; left -= MINUTE) {
        clock.advance(Math.min(left, MINUTE))
        await new Promise(setImmediate)
      }
    },
    /** Sets the wall clock forward, or back. */
    jump: (ms: number) => clock.setWallClock((wallMs() + ms) * 1000),
    async [Symbol.asyncDispose]() {
      await reading?.[Symbol.asyncDispose]()
    },
  }
}

describe('bindings.cron', () => {
  for (const [schedule, waitMs, expected] of [
    ['@every 5s', 16 * SECOND, ['00:00:05', '00:00:10', '00:00:15']],
    ['@every 1500ms', 3 * SECOND, ['00:00:01', '00:00:02', '00:00:03']],
    ['@every 10ms', 2 * SECOND, ['00:00:01', '00:00:02']],
    ['*/2 * * * * *', 5 * SECOND, ['00:00:02', '00:00:04']],
    ['TZ=UTC */20 * * * *', HOUR, ['00:20:00', '00:40:00', '01:00:00']],
    ['CRON_TZ=Asia/Tokyo 0 10 * * *', 2 * HOUR, ['01:00:00']],
    ['@hourly', 2 * HOUR, ['01:00:00', '02:00:00']],
  ] as const)
    test(`ticks at ${schedule}`, async () => {
      await using opened = await read(schedule)
      opened.clock.advance(waitMs)
      assert.deepEqual(
        opened.times().map((time) => time?.slice(11)),
        expected,
      )
    })

  test('ticks on days that are far away', async () => {
    await using opened = await read('TZ=UTC 30 0 12 3 1 *')
    opened.clock.advance(5 * DAY)
    assert.deepEqual(opened.times(), ['2026-01-03 12:00:30'])
  })

  test('says when it ticked, in daprd’s words, without data', async () => {
    await using opened = await read('@every 5s')
    opened.clock.advance(5 * SECOND)
    assert.deepEqual(opened.events, [
      {
        data: new Uint8Array(),
        metadata: { timeZone: 'Local', readTimeUTC: '2026-01-01 00:00:05 +0000 UTC' },
      },
    ])
  })

  for (const schedule of [
    '',
    'PLANTED',
    '* * * *',
    '60 * * * *',
    '0 0 0 1 1 * 2030',
    '@every',
    '@every PLANTED',
    '@every -5s',
    '@reboot',
    'TZ=No/Where * * * * *',
    '0 0 30 2 *',
  ])
    test(`refuses the schedule ${JSON.stringify(schedule)}, without repeating it`, async () => {
      await assert.rejects(read(schedule), (error: Error) => {
        assert.match(error.message, /schedule/)
        assert.doesNotMatch(error.message, /PLANTED/)
        return true
      })
    })

  test('ticks once for all runs that a jump of the clock has passed over, then by the new time', async () => {
    await using opened = await read('TZ=UTC */10 * * * *')
    opened.clock.advance(5 * MINUTE)
    opened.jump(3 * HOUR)
    opened.clock.advance(10 * MINUTE)
    assert.deepEqual(
      opened.times().map((time) => time?.slice(11, 16)),
      ['03:06', '03:10'],
    )
  })

  test('does not tick twice at a time that comes again', async () => {
    await using opened = await read('TZ=UTC 0 1 * * *')
    opened.clock.advance(HOUR + MINUTE)
    opened.jump(-2 * MINUTE)
    opened.clock.advance(HOUR)
    assert.deepEqual(opened.times(), ['2026-01-01 01:00:00'])
    opened.clock.advance(DAY)
    assert.deepEqual(opened.times(), ['2026-01-01 01:00:00', '2026-01-02 01:00:00'])
  })

  for (const [back, hours] of [
    ['an hour', 1],
    ['a year', 24 * 365],
  ] as const)
    test(`goes on ticking when the clock is set back by ${back}`, async () => {
      await using minutes = await read('TZ=UTC * * * * *')
      await using days = await read('TZ=UTC 0 1 * * *')
      await using interval = await read('@every 1m')
      for (const { advance, jump } of [minutes, days, interval]) {
        await advance(2 * HOUR)
        jump(-hours * HOUR)
      }
      const before = [minutes.events.length, interval.events.length]
      assert.deepEqual(before, [120, 120])
      for (const { advance } of [minutes, interval]) await advance(3 * HOUR)
      assert.equal(interval.events.length, 120 + 180)
      assert.ok(Math.abs(minutes.events.length - 120 - 180) <= 1)
      await days.advance(26 * HOUR)
      assert.equal(days.events.length, 2, String(days.times()))
    })

  test('neither stops nor repeats while the clock is set by small amounts all the time [seed 7]', async () => {
    await using opened = await read('TZ=UTC * * * * *')
    let state = 7
    let offset = 0
    for (let n = 0; n < 500; n++) {
      state = (state * 48_271) % 2_147_483_647
      const by = (state % 4001) - 2000 - offset
      offset += by
      opened.jump(by)
      await opened.advance(20 * SECOND)
    }
    const expected = (500 * 20) / 60
    assert.ok(Math.abs(opened.events.length - expected) <= 2, String(opened.events.length))
    assert.equal(
      new Set(opened.times().map((time) => time?.slice(0, 16))).size,
      opened.events.length,
    )
  })

  test('does not wait for the tick before, and leaves ticks out when a hundred are under way', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const opened = await read('@every 1s', () => held)
    opened.clock.advance(150 * SECOND)
    assert.equal(opened.events.length, 100)
    assert.equal(opened.complaints.length, 1)
    release()
    await held
    await new Promise(setImmediate)
    opened.clock.advance(2 * SECOND)
    assert.equal(opened.events.length, 102)
    await opened[Symbol.asyncDispose]()
  })

  test('ends when what is under way has ended, and ticks no more', async () => {
    let release: () => void = () => undefined
    const opened = await read(
      '@every 1s',
      () =>
        new Promise((resolve) => {
          release = resolve
        }),
    )
    opened.clock.advance(SECOND)
    let isEnded = false
    const ending = opened[Symbol.asyncDispose]().then(() => {
      isEnded = true
    })
    await new Promise(setImmediate)
    assert.deepEqual([isEnded, opened.signals[0]?.aborted], [false, true])
    release()
    await ending
    assert.equal(opened.clock.pending, 0)
    opened.clock.advance(MINUTE)
    assert.equal(opened.events.length, 1)
  })
})
