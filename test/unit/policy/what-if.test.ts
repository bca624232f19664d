import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createIdSource } from '../../../src/base/ids.ts'
import { compileTelemetry, createWhatIf } from '../../../src/policy/index.ts'
import type { Configuration } from '../../../src/resources/index.ts'
import { createOperation, createSampler, NO_CONTEXT } from '../../../src/telemetry/index.ts'
import type { SidecarStatus } from '../../../src/wire/diagnosis.ts'
import { formatThreshold, thresholdOf } from '../../../src/wire/ot-tracestate.ts'
import type { WhatIfAnswer } from '../../../src/wire/what-if.ts'
import { createSeededTraceIds } from '../../support/seeded-ids.ts'
import {
  configuration,
  HOUR_MS,
  KEEP,
  MINUTE_US,
  NOW_US,
  type Recorded,
  record,
  sidecar,
} from './what-if-record.ts'

function ask(
  next: Configuration,
  traces: readonly Recorded[],
  statuses: readonly SidecarStatus[] = [sidecar('shop')],
): WhatIfAnswer {
  const whatIf = createWhatIf({ configuration: next, warnings: [], statuses, nowUs: NOW_US })
  for (const trace of traces) whatIf.add(record(trace))
  return whatIf.answer({
    fromUs: NOW_US - HOUR_MS * 1_000,
    toUs: NOW_US,
    askedMs: HOUR_MS,
    isCapped: false,
    cap: 20_000,
  })
}

const { traceId: newTraceId } = createIdSource()
const ids = (n: number, seed = 0): string[] => Array.from({ length: n }, createSeededTraceIds(seed))
const th = (rate: number): string => formatThreshold(thresholdOf(rate) ?? '')
const codes = ({ notes }: WhatIfAnswer): string[] => notes.map(({ code }) => code)
const nextOf = (answer: WhatIfAnswer, rule: string): number =>
  answer.rules.find((each) => each.rule === rule)?.next.value ?? Number.NaN

/** What the sidecar's own sampler makes of the same traces. */
function truth(next: Configuration, traces: readonly Recorded[]): number {
  const { sampling } = compileTelemetry(next)
  const sampler = createSampler(() => sampling, createFakeClock(NOW_US))
  return traces.filter(({ traceId, path = '/items', method = 'GET' }) => {
    const operation = { ...createOperation(), api: 'invoke', target: 'orders', path, method }
    const request = { incoming: NO_CONTEXT, headers: [], isFromPeer: false, operation }
    return sampler.decide(traceId, request)?.sampled === true
  }).length
}

const rates = fc.double({ min: 0, max: 1, noNaN: true })
const paths = fc.constantFrom('/items', '/items/{id}', '/cart')

describe('what-if over traces that were recorded at least as often', () => {
  test('is what the sampler decides, trace by trace', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        rates,
        rates,
        fc.array(paths, { maxLength: 40 }),
        (recordedAt, share, ruleShare, recordedPaths) => {
          const next = configuration(recordedAt * share, {
            rules: [
              {
                name: 'cart',
                match: { path: '/ca*' },
                rate: recordedAt * ruleShare,
                perSecond: undefined,
              },
            ],
          })
          const population = recordedPaths.map((path) => ({ traceId: newTraceId(), path }))
          const before = configuration(recordedAt, {})
          const recorded = population.filter((each) => truth(before, [each]) === 1)
          const answer = ask(
            next,
            recorded.map((each) => ({ ...each, rule: 'rate', threshold: th(recordedAt) })),
            [sidecar('shop', { rate: recordedAt })],
          )
          assert.equal(answer.exact, true, JSON.stringify(answer.notes))
          // Of the whole population, not only of the record.
          assert.equal(answer.next.traces.value, truth(next, population))
          assert.equal(answer.next.traces.plusMinus, 0)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('is so for Dapr’s own sampler, whose rate the sidecar tells', () => {
    const traces = ids(300).map((traceId) => ({ traceId }))
    const recorded = traces.filter((each) => truth(configuration(0.5), [each]) === 1)
    const plain = [sidecar('shop', { parent: undefined, rate: 0.5 })]
    const answer = ask(configuration(0.2), recorded, plain)
    assert.deepEqual([answer.exact, codes(answer)], [true, []])
    assert.equal(answer.next.traces.value, truth(configuration(0.2), traces))
  })

  test('is an estimate as soon as anything was recorded less often, or nobody says so', () => {
    const traces = ids(50).map((traceId) => ({ traceId, rule: 'rate', threshold: th(1) }))
    const next = configuration(0.5, {})
    assert.deepEqual(codes(ask(next, traces, [])), ['NO_SIDECARS'])
    const silent = { ...sidecar('b'), error: 'no answer' }
    if ('report' in silent) Reflect.deleteProperty(silent, 'report')
    assert.deepEqual(codes(ask(next, traces, [sidecar('shop'), silent])), ['SILENT_SIDECARS'])
    const quiet = {
      operation: { api: 'invoke', target: 'orders', path: '/quiet', method: 'GET' },
      rule: 'quiet',
      rate: 0,
      sampled: 0,
      unsampled: 240,
    }
    const answer = ask(next, traces, [
      sidecar(
        'shop',
        { operations: [quiet] },
        { decisions: { rate: { sampled: 50, unsampled: 240 } } },
      ),
    ])
    assert.deepEqual(codes(answer), ['ESTIMATE', 'COUNTERS_ONLY'])
    // 240 in two hours are 120 in this one, of which the new rate keeps half.
    const known = truth(next, traces)
    assert.equal(answer.next.traces.value, known + 60)
  })
})

describe('what-if over traces that were recorded less often', () => {
  test('is within its bound 95 times of 100 [Horvitz and Thompson, 1952]', () => {
    let within = 0
    let far = 0
    const runs = 200
    for (let run = 0; run < runs; run++) {
      const recordedAt = 0.1 + 0.3 * (run / runs)
      const asked = configuration(Math.min(1, recordedAt * 2.5), {})
      const population = ids(400, run).map((traceId) => ({ traceId }))
      const recorded = population.filter(
        (each) => truth(configuration(recordedAt, {}), [each]) === 1,
      )
      const { next, exact } = ask(
        asked,
        recorded.map((each) => ({ ...each, rule: 'rate', threshold: th(recordedAt) })),
        [sidecar('shop', { rate: recordedAt })],
      )
      assert.equal(exact, false)
      assert.equal(next.traces.isEstimate, true)
      const off = Math.abs(next.traces.value - truth(asked, population))
      if (off <= next.traces.plusMinus) within++
      if (off > next.traces.plusMinus * 2.5) far++
    }
    // 190 of 200 are expected; 170 is more than six standard deviations below.
    assert.ok(within >= 170, `${within} of ${runs} within the bound`)
    assert.equal(far, 0)
  }).timeout(30_000)

  test('counts all there were by the thresholds', () => {
    const traces = ids(20).map((traceId) => ({ traceId, rule: 'rate', threshold: th(0.25) }))
    const { today, next } = ask(configuration(1, {}), traces, [sidecar('shop', { rate: 0.25 })])
    assert.deepEqual([today.traces.value, today.all.kept, today.all.of.value], [20, 0.25, 80])
    assert.deepEqual([next.traces.value, next.all.kept, next.all.restsOn], [80, 1, 20])
  })
})

describe('what-if', () => {
  test('gives figures that make sense, whatever the policy and the record', () => {
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
    const amount = fc.double({ min: 0.001, max: 1_000, noNaN: true })
    const anyPolicy = fc.record({
      parent: fc.constantFrom('follow' as const, 'raise' as const, 'ignore' as const),
      rules: fc.array(
        fc.record({
          name: fc.constantFrom('one', 'two'),
          match: fc.constantFrom({}, { path: '/i*' }, { caller: 'shop' }, { header: 'x' }),
          rate: optional(rates),
          perSecond: optional(amount),
        }),
        { maxLength: 2 },
      ),
      floor: optional(amount.map((perOperationPerMinute) => ({ perOperationPerMinute }))),
      limit: optional(amount.map((perSecond) => ({ perSecond }))),
      keep: optional(amount.map((perSecond) => ({ ...KEEP, perSecond }))),
      force: optional(amount.map((perMinute) => ({ header: 'x', perMinute }))),
    })
    const anyTrace = fc.record({
      traceId: fc.constant('').map(newTraceId),
      app: fc.constantFrom('shop', 'other'),
      path: paths,
      rule: fc.constantFrom('rate', 'one', 'floor', 'force', 'keep:error', 'parent'),
      threshold: fc.constantFrom('0', 'c', 'ffffffffffffff', ''),
      error: optional(
        fc.constantFrom('Code(500): x', 'Code(404): x', 'broken'),
      ) as fc.Arbitrary<string>,
      durationUs: fc.nat(1_000_000),
      ageUs: fc.nat(HOUR_MS * 1_000),
    })
    fc.assert(
      fc.property(
        rates,
        anyPolicy,
        fc.array(anyTrace, { maxLength: 30 }),
        (rate, policy, traces) => {
          const { today, next, rules } = ask(
            configuration(rate, policy),
            traces.map(({ error, threshold, ...trace }) => ({
              ...trace,
              ...(error === undefined ? {} : { error }),
              ...(threshold === '' ? {} : { threshold }),
            })),
          )
          for (const { traces: kept, all, errors, slowest, spansPerMinute } of [today, next]) {
            for (const { value, plusMinus } of [kept, spansPerMinute])
              assert.ok(value >= 0 && plusMinus >= 0, `${value} ± ${plusMinus}`)
            for (const { kept: share } of [all, errors, slowest])
              assert.ok(share === undefined || (share >= 0 && share <= 1), String(share))
          }
          const sum = rules.reduce((left, each) => left + each.next.value, 0)
          assert.ok(Math.abs(sum - next.traces.value) <= 1e-6 * Math.max(1, sum))
          assert.equal(
            rules.reduce((left, each) => left + each.today, 0),
            traces.length,
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  test('keeps more at a higher rate', () => {
    const traces = ids(60).map((traceId) => ({ traceId, rule: 'rate', threshold: th(0.5) }))
    fc.assert(
      fc.property(rates, rates, (a, b) => {
        const at = (rate: number) => ask(configuration(rate, {}), traces).next.traces.value
        assert.ok(at(Math.max(a, b)) >= at(Math.min(a, b)))
      }),
    )
  })

  test('lays budgets over it: a rule’s, the limit fairly, the floor', () => {
    const traces = [
      ...ids(900).map((traceId) => ({ traceId, path: '/loud' })),
      ...ids(90).map((traceId) => ({ traceId, path: '/quiet' })),
    ].map((trace) => ({ ...trace, rule: 'rate', threshold: '0' }))
    const limited = ask(configuration(1, { limit: { perSecond: 3 } }), traces)
    // 3 a second are 180 a minute: the quiet 90 pass, the loud share the rest.
    assert.equal(Math.round(limited.next.traces.value), 180)
    assert.deepEqual(codes(limited), ['BUDGETS'])
    assert.deepEqual(limited.budgets, [
      {
        budget: 'limit.perSecond',
        perSidecar: 3,
        per: 'second',
        sidecars: 1,
        total: 3,
        refused: 810,
      },
    ])
    const loud = { name: 'loud', match: { path: '/loud' }, rate: 1, perSecond: 5 }
    const twice = [sidecar('shop'), sidecar('shop')]
    const capped = ask(configuration(0, { rules: [loud] }), traces, twice)
    assert.equal(Math.round(nextOf(capped, 'loud')), 600)
    assert.deepEqual([capped.budgets[0]?.sidecars, capped.budgets[0]?.total], [2, 10])
    const floored = ask(configuration(0, { floor: { perOperationPerMinute: 4 } }), traces)
    assert.equal(Math.round(nextOf(floored, 'floor')), 8)
  })

  test('counts recorded failures and slow requests as kept by keep, and says what it never saw', () => {
    const all = ids(100).map((traceId, i) => ({
      traceId,
      rule: 'rate',
      threshold: '8',
      ...(i < 10 ? { error: 'Code(503): Service Unavailable' } : {}),
      durationUs: i === 99 ? 900_000 : 1_000 + i,
    }))
    const next = configuration(0, { keep: { ...KEEP, slowerThanMs: 500 } })
    const answer = ask(next, all, [sidecar('shop', { rate: 0.5 })])
    assert.equal(answer.next.errors.kept, 1)
    assert.equal(answer.next.slowest.kept, 1)
    // 11 at one of two: 22 there were.
    assert.equal(nextOf(answer, 'keep'), 22)
    assert.ok(codes(answer).includes('KEEP_UNSEEN'))
    assert.match(JSON.stringify(answer.notes), /unsampled ones were never seen/)
    const seen = ask(next, all, [sidecar('shop', { rate: 0.5, keep: KEEP })])
    // While keep is on, a failure is recorded whatever its threshold.
    assert.equal(seen.next.errors.of.value, 10)
    assert.ok(codes(seen).includes('KEEP_SEEN'))
  })

  test('follows callers as the policy says, and keeps forced traces where they may be forced', () => {
    const followed = ids(4).map((traceId) => ({ traceId, callerSpanId: '00f067aa0ba902b7' }))
    assert.equal(nextOf(ask(configuration(0, {}), followed), 'parent'), 4)
    const ignored = ask(configuration(0, { parent: 'ignore' }), followed)
    assert.deepEqual([ignored.next.traces.value, codes(ignored)], [0, ['PARENT']])
    const forced = ids(4).map((traceId) => ({ traceId, rule: 'force' }))
    const force = { header: 'x-trace', perMinute: 60 }
    assert.equal(nextOf(ask(configuration(0, { force }), forced), 'force'), 4)
    assert.equal(ask(configuration(0, {}), forced).next.traces.value, 0)
  })

  test('switched off keeps nothing; nothing recorded is said; others’ traces are in no figure', () => {
    const traces = ids(3).map((traceId) => ({ traceId, rule: 'rate', threshold: '0' }))
    const off = ask({ name: 'off', tracing: undefined }, traces)
    assert.deepEqual([off.next.traces.value, off.exact, codes(off)], [0, true, ['TRACING_OFF']])
    assert.deepEqual(codes(ask(configuration(1, {}), [])), ['NO_TRACES'])
    const whatIf = createWhatIf({
      configuration: configuration(1),
      warnings: [],
      statuses: [],
      nowUs: NOW_US,
    })
    whatIf.add([{ traceId: newTraceId(), id: '1'.repeat(16), name: 'get', timestamp: NOW_US }])
    const { window } = whatIf.answer({
      fromUs: NOW_US - MINUTE_US,
      toUs: NOW_US,
      askedMs: 60_000,
      isCapped: false,
      cap: 1,
    })
    assert.deepEqual([window.traces, window.foreignTraces], [0, 1])
  })

  test('counts a minute from the first trace on, at least a whole one', () => {
    const perMinute = (ages: readonly number[], statuses?: readonly SidecarStatus[]) =>
      ask(
        configuration(1, {}),
        ages.map((ageUs) => ({ traceId: newTraceId(), rule: 'rate', threshold: '0', ageUs })),
        statuses,
      )
    const values = ({ today, next }: WhatIfAnswer) =>
      [today, next].map(({ spansPerMinute }) => spansPerMinute.value)
    assert.deepEqual(values(perMinute([10_000_000, 50_000_000])), [2, 2])
    assert.deepEqual(values(perMinute([0, 4 * MINUTE_US])), [0.5, 0.5])
    const old = perMinute([2 * HOUR_MS * 1_000, ...Array.from({ length: 59 }, () => 0)])
    assert.deepEqual(values(old), [1, 1])
    // What only counters know came in its own time: 240 in two hours are 2 a minute.
    const operation = { api: 'invoke', target: 'orders', path: '/quiet', method: 'GET' }
    const quiet = { operation, rule: 'quiet', rate: 0, sampled: 0, unsampled: 240 }
    const decisions = { rate: { sampled: 1, unsampled: 240 } }
    const counted = perMinute([0], [sidecar('shop', { operations: [quiet] }, { decisions })])
    assert.deepEqual(values(counted), [1, 3])
  })

  test('takes an override for as long as it has not ended', () => {
    const traces = ids(5).map((traceId) => ({ traceId, rule: 'rate', threshold: '0' }))
    const override = (untilMs: number) => ({
      overrides: [{ name: 'all', match: {}, rate: 1, perSecond: undefined, untilMs }],
    })
    assert.equal(ask(configuration(0, override(NOW_US / 1_000 + 1)), traces).next.traces.value, 5)
    assert.equal(ask(configuration(0, override(NOW_US / 1_000)), traces).next.traces.value, 0)
  })
})
