import assert from 'node:assert/strict'
import { createIdSource } from '../../../src/base/ids.ts'

describe('createIdSource', () => {
  test('makes ids of their length, lower case, never zero, never the same', () => {
    const ids = createIdSource()
    const seen = new Set<string>()
    // More than the pool of random bytes holds.
    for (let i = 0; i < 1000; i++) {
      const traceId = ids.traceId()
      const spanId = ids.spanId()
      assert.match(traceId, /^(?!0+$)[0-9a-f]{32}$/)
      assert.match(spanId, /^(?!0+$)[0-9a-f]{16}$/)
      seen.add(traceId).add(spanId)
    }
    assert.equal(seen.size, 2000)
  })

  test('fills both halves of a trace id: the sampler looks at the low one', () => {
    const ids = createIdSource()
    const halves = Array.from({ length: 100 }, () => ids.traceId()).flatMap((id) => [
      id.slice(0, 16),
      id.slice(16),
    ])
    assert.equal(new Set(halves).size, 200)
  })
})
