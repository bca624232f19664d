import assert from 'node:assert/strict'
import fc from 'fast-check'
import { overrideName, parseTuneTarget } from '../../../src/cli/tune-target.ts'

const UNTIL_MS = 1_800_000_000_000
const read = (text: string) => {
  const result = parseTuneTarget(text, UNTIL_MS)
  return result.ok ? [result.value.match, result.value.rate] : result.error.code
}

describe('parseTuneTarget', () => {
  test('reads apps, paths, methods and all of them', () => {
    assert.deepEqual(read('checkout=100%'), [{ target: 'checkout' }, 1])
    assert.deepEqual(read('check*=0.5'), [{ target: 'check*' }, 0.5])
    assert.deepEqual(read('checkout/orders/*=.25'), [
      { target: 'checkout', path: '/orders/*' },
      0.25,
    ])
    assert.deepEqual(read('/orders/7/lines=5%'), [{ path: '/orders/{id}/lines' }, 0.05])
    assert.deepEqual(read('GET /orders/*=1'), [{ method: 'GET', path: '/orders/*' }, 1])
    assert.deepEqual(read('POST checkout=33.3%'), [{ target: 'checkout', method: 'POST' }, 0.333])
    assert.deepEqual(read('*=0'), [{}, 0])
    assert.deepEqual(read('*/a=b=1 %'), [{ path: '/a=b' }, 0.01])
  })

  test('names what is wrong', () => {
    for (const text of ['a', '=1', '']) assert.equal(read(text), 'TUNE_WITHOUT_RATE', text)
    for (const text of ['a=', 'a=2', 'a=101%', 'a=-1', 'a=1e-3', 'a=NaN'])
      assert.equal(read(text), 'RATE_NOT_A_NUMBER', text)
    for (const text of ['a b=1', 'GET a b=1', 'a.b=1', ' =1'])
      assert.equal(read(text), 'TUNE_TARGET_INVALID', text)
  })

  test('gives each target a name of its own, which a rule may have', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), fc.string({ maxLength: 120 }), (a, b) => {
        for (const target of [a, b])
          assert.match(overrideName(target), /^tune-[A-Za-z0-9._-]{0,58}$/)
        assert.equal(overrideName(a) === overrideName(b), a === b)
      }),
    )
    assert.equal(overrideName('checkout'), 'tune-checkout')
    assert.notEqual(overrideName('GET /orders/*'), overrideName('GET /orders'))
  })
})
