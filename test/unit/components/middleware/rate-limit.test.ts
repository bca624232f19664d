import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { createRateLimit } from '../../../../src/components/middleware/ratelimit/handler.ts'

function start(perSecond: number) {
  const clock = createFakeClock()
  const limit = createRateLimit(perSecond, clock)
  const isTaken = (remoteAddress: string): boolean => {
    const request = { method: 'GET', target: '/', headers: [], body: undefined, remoteAddress }
    return limit.handle(request) === undefined
  }
  return { clock, isTaken }
}

describe('createRateLimit', () => {
  test('lets a second’s worth through at once, and then as much as time brings', () => {
    const { clock, isTaken } = start(2)
    assert.deepEqual([isTaken('a'), isTaken('a'), isTaken('a')], [true, true, false])
    assert.equal(isTaken('b'), true)
    clock.advance(500)
    assert.deepEqual([isTaken('a'), isTaken('a')], [true, false])
  })

  test('takes a rate below one in a second', () => {
    const { clock, isTaken } = start(0.5)
    assert.deepEqual([isTaken('a'), isTaken('a')], [true, false])
    clock.advance(2_000)
    assert.equal(isTaken('a'), true)
  })

  for (const [one, other, isSame] of [
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff:1:2:3', true],
    ['2001:db8::1', '2001:db8:0:0:5::', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::1', '::2', true],
    ['10.0.0.1', '10.0.0.2', false],
  ] as const)
    test(`counts ${one} and ${other} as ${isSame ? 'one' : 'two'}`, () => {
      const { isTaken } = start(1)
      isTaken(one)
      assert.equal(isTaken(other), !isSame)
    })

  test('forgets whoever was quiet for longest, so that memory stays bounded', () => {
    const { isTaken } = start(1)
    for (let i = 0; i < 10_001; i++) isTaken(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
    assert.equal(isTaken('10.0.39.16'), false)
    assert.equal(isTaken('10.0.0.0'), true)
  })
})
