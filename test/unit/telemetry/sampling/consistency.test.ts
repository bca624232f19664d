import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isTraceIdSampled } from '../../../../src/telemetry/index.ts'
import { readOtMember } from '../../../../src/wire/ot-tracestate.ts'
import { startSampler } from './start-sampler.ts'

const traceId = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 32,
  maxLength: 32,
})
const rate = fc.double({ min: 0, max: 1, noNaN: true })

describe('consistent probability sampling', () => {
  test('decides alike in every sidecar', () => {
    fc.assert(
      fc.property(traceId, rate, (id, at) => {
        const [one, two] = [startSampler({}, at), startSampler({}, at)]
        assert.equal(one.decide({ traceId: id })?.sampled, two.decide({ traceId: id })?.sampled)
      }),
    )
  })

  test('keeps at a higher rate what it keeps at a lower one', () => {
    fc.assert(
      fc.property(traceId, rate, rate, (id, a, b) => {
        const low = startSampler({}, Math.min(a, b)).decide({ traceId: id })?.sampled
        const high = startSampler({}, Math.max(a, b)).decide({ traceId: id })?.sampled
        assert.ok(!low || high)
      }),
    )
  })

  test('is the decision of TraceIDRatioBased: R ≥ T, down to 2^-56', () => {
    fc.assert(
      fc.property(traceId, rate, (id, at) => {
        // Where the rate's own bits go further than T's 56, one id in 2^56 may differ: those are left out.
        fc.pre(
          (at * 2 ** 56) % 1 === 0 ||
            BigInt(`0x${id.slice(16, 30)}`) !== BigInt(Math.floor(at * 2 ** 56)),
        )
        const decided = startSampler({}, at).decide({ traceId: id })?.sampled
        assert.equal(decided, isTraceIdSampled(id, at))
      }),
    )
  })

  test('says R and T so that anybody comes to the same', () => {
    fc.assert(
      fc.property(traceId, rate, (id, at) => {
        const started = startSampler({}, at)
        const sampled = started.decide({ traceId: id })?.sampled === true
        const { rv, th } = readOtMember(started.traceState({ traceId: id }))
        assert.ok(rv !== undefined)
        assert.equal(th !== undefined, sampled)
        if (th !== undefined) assert.ok(BigInt(`0x${rv}`) >= BigInt(`0x${th}`))
      }),
    )
  })

  test('scales counts up right', () => {
    const { decide } = startSampler({}, 0.25)
    let adjusted = 0
    for (let i = 0; i < 20_000; i++) {
      const decision = decide()
      if (decision?.threshold !== undefined)
        adjusted += 1 / (1 - Number.parseInt(decision.threshold, 16) / 2 ** 56)
    }
    // Six standard deviations of a binomial of 20 000 at a quarter.
    assert.ok(Math.abs(adjusted - 20_000) < 6 * 4 * Math.sqrt(20_000 * 0.25 * 0.75), `${adjusted}`)
  })
})
