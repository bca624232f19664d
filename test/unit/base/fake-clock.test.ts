import assert from 'node:assert/strict'
import { createFakeClock, FAKE_START_US } from '../../../src/base/fake-clock.ts'

describe('createFakeClock', () => {
  test('stands still until it is advanced', () => {
    const clock = createFakeClock()
    assert.deepEqual([clock.nowUs(), clock.elapsedMs()], [FAKE_START_US, 0])
    clock.advance(1.5)
    assert.deepEqual([clock.nowUs(), clock.elapsedMs()], [FAKE_START_US + 1500, 1.5])
  })

  test('runs timers in order of time, each at its own time', () => {
    const clock = createFakeClock()
    const ran: string[] = []
    clock.after(20, () => ran.push(`b at ${clock.elapsedMs()}`))
    clock.after(10, () => ran.push(`a at ${clock.elapsedMs()}`))
    clock.after(20, () => ran.push('c'))
    clock.after(21, () => ran.push('not yet'))
    clock.advance(20)
    assert.deepEqual(ran, ['a at 10', 'b at 20', 'c'])
    assert.equal(clock.pending, 1)
  })

  test('runs a timer that a timer has set, if it falls due on the way', () => {
    const clock = createFakeClock()
    const ran: number[] = []
    const again = (): void => {
      ran.push(clock.elapsedMs())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.advance(35)
    assert.deepEqual(ran, [10, 20, 30])
  })

  test('does not run a cancelled timer', () => {
    const clock = createFakeClock()
    const cancel = clock.after(10, () => assert.fail('ran'))
    cancel()
    clock.advance(10)
    assert.equal(clock.pending, 0)
  })

  test('moves the wall clock alone', () => {
    const clock = createFakeClock()
    clock.advance(5)
    clock.setWallClock(7)
    assert.deepEqual([clock.nowUs(), clock.elapsedMs()], [7, 5])
  })
})
