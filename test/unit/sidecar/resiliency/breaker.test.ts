import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { codeOf } from '../../../../src/base/fault.ts'
import { type BreakerCounts, compileTrip } from '../../../../src/resources/index.ts'
import { createBreaker } from '../../../../src/sidecar/resiliency/breaker.ts'

async function open(policy: { maxRequests?: number; intervalMs?: number; trip?: string } = {}) {
  const clock = createFakeClock()
  const trip = await compileTrip(policy.trip)
  assert.ok(trip.ok)
  const seen: BreakerCounts[] = []
  const changes: string[] = []
  const breaker = createBreaker(
    { maxRequests: 1, intervalMs: 0, timeoutMs: 1_000, trip: undefined, ...policy },
    (counts) => {
      seen.push(counts)
      return trip.value(counts)
    },
    clock,
  )
  const enter = () => breaker.enter((state) => changes.push(state))
  const call = (success: boolean) => enter()(success)
  const refusal = (): string | undefined => {
    try {
      enter()
    } catch (error) {
      return `${codeOf(error)} ${(error as Error).message}`
    }
    return undefined
  }
  return { clock, breaker, seen, changes, enter, call, refusal }
}

const OPEN = 'BREAKER_OPEN circuit breaker is open'
const BUSY = 'BREAKER_BUSY too many requests'

describe('a circuit breaker [sony/gobreaker: gobreaker.go]', () => {
  test('opens after the sixth failure in a row when nothing else is said', async () => {
    const { call, breaker, refusal, changes } = await open()
    for (let i = 0; i < 5; i++) call(false)
    call(true)
    for (let i = 0; i < 5; i++) call(false)
    assert.equal(breaker.state(), 'closed')
    call(false)
    assert.equal(breaker.state(), 'open')
    assert.deepEqual(changes, ['open'])
    assert.equal(refusal(), OPEN)
  })

  test('counts what its condition sees', async () => {
    const { call, seen } = await open({ trip: 'requests > 100' })
    call(true)
    call(true)
    call(false)
    call(false)
    assert.deepEqual(seen.at(-1), {
      requests: 4,
      totalSuccesses: 2,
      totalFailures: 2,
      consecutiveSuccesses: 0,
      consecutiveFailures: 2,
    })
  })

  test('lets as many through as it says once its time is over, and closes on their success', async () => {
    const { call, clock, breaker, enter, refusal, changes } = await open({
      maxRequests: 2,
      trip: 'true',
    })
    call(false)
    clock.advance(999)
    assert.equal(refusal(), OPEN)
    clock.advance(1)
    assert.equal(breaker.state(), 'half-open')
    const first = enter()
    const second = enter()
    assert.equal(refusal(), BUSY)
    first(true)
    assert.equal(breaker.state(), 'half-open')
    second(true)
    assert.equal(breaker.state(), 'closed')
    assert.deepEqual(changes, ['open', 'half-open', 'closed'])
  })

  test('opens again on a failure while it is half-open, for its whole time', async () => {
    const { call, clock, refusal, changes } = await open({ trip: 'true' })
    call(false)
    clock.advance(1_000)
    call(false)
    assert.deepEqual(changes, ['open', 'half-open', 'open'])
    clock.advance(999)
    assert.equal(refusal(), OPEN)
  })

  test('forgets its counts with each interval', async () => {
    const { call, clock, breaker } = await open({
      intervalMs: 100,
      trip: 'consecutiveFailures >= 2',
    })
    call(false)
    clock.advance(100)
    call(false)
    assert.equal(breaker.state(), 'closed')
    call(false)
    assert.equal(breaker.state(), 'open')
  })

  test('does not count what was begun in an earlier state', async () => {
    const { call, clock, breaker, enter } = await open({ trip: 'true' })
    const slow = enter()
    call(false)
    clock.advance(1_000)
    const probe = enter()
    slow(false)
    assert.equal(breaker.state(), 'half-open')
    probe(true)
    assert.equal(breaker.state(), 'closed')
  })

  test('gives the place of a probe back whose caller left', async () => {
    const { call, clock, breaker, enter } = await open({ trip: 'true' })
    call(false)
    clock.advance(1_000)
    enter()(undefined)
    call(true)
    assert.equal(breaker.state(), 'closed')
  })
})
