import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import {
  createTraceKeeper,
  type HeldSpan,
  type KeepLink,
  type KeepPolicy,
  Span,
} from '../../../../src/telemetry/index.ts'

const POLICY: KeepPolicy = {
  errors: true,
  errorsFrom: 500,
  slowerThanMs: undefined,
  perSecond: 20,
  holdMs: 5_000,
  maxBytes: 1_000_000,
}
const idOf = (n: number): string => n.toString(16).padStart(32, '0')

function open(policy: Partial<KeepPolicy> = {}) {
  const clock = createFakeClock()
  const exported: HeldSpan[] = []
  const told: string[] = []
  const kept: string[] = []
  const missed: string[] = []
  let evicted = 0
  const held = { spans: 0, bytes: 0 }
  const keeper = createTraceKeeper({
    clock,
    export: (span) => exported.push(span) > 0,
    tell: (link, traceId) => told.push(`${link.peer?.origin} ${Number.parseInt(traceId, 16)}`),
    meter: {
      kept: (reason) => kept.push(reason),
      exported: () => undefined,
      missed: (reason) => missed.push(reason),
      evicted: () => evicted++,
      holds: (spans, bytes) => Object.assign(held, { spans, bytes }),
    },
  })
  keeper.apply({ ...POLICY, ...policy })
  const begin = (n: number, name = 'a'): Span => {
    keeper.begin(idOf(n))
    return new Span(
      { traceId: idOf(n), spanId: '1'.repeat(16), flags: 0, traceState: undefined },
      undefined,
      name,
      'SERVER',
      { sampled: false, rule: 'rate', threshold: undefined },
      true,
      clock,
      keeper.end,
    )
  }
  const request = (n: number, name?: string): void => begin(n, name).end()
  const names = () => exported.map(({ name }) => name)
  return {
    clock,
    keeper,
    exported,
    told,
    kept,
    missed,
    evicted: () => evicted,
    held,
    begin,
    request,
    names,
  }
}

const link = (origin: string | undefined, told = false): KeepLink => ({
  peer: origin === undefined ? undefined : { origin, key: 'k' },
  told,
})

describe('createTraceKeeper', () => {
  test('exports what was held of a trace and what still comes, and says why', () => {
    const { keeper, begin, request, names, exported, kept } = open()
    request(1, 'before')
    request(2, 'other')
    const open1 = begin(1, 'during')
    keeper.keep(idOf(1), 'error')
    open1.end()
    request(1, 'after')
    assert.deepEqual(names(), ['before', 'during', 'after'])
    assert.deepEqual(exported[0]?.attributes, ['sidelight.sampling.rule', 'keep:error'])
    assert.deepEqual(kept, ['error'])
  })

  test('forgets what nobody asks for within the hold, and holds what is open for as long as it takes', () => {
    const { clock, keeper, begin, request, names, held, missed } = open()
    request(1)
    const long = begin(2, 'long')
    clock.advance(60_000)
    assert.equal(held.spans, 0)
    keeper.release(idOf(1))
    assert.deepEqual(missed, ['expired'])
    keeper.release(idOf(2))
    long.end()
    assert.deepEqual(names(), ['long'])
  })

  test('holds from the last end of a trace, not from the first', () => {
    const { clock, keeper, request, names } = open()
    request(1, 'first')
    clock.advance(4_000)
    request(1, 'second')
    clock.advance(4_000)
    keeper.keep(idOf(1), 'slow')
    assert.deepEqual(names(), ['first', 'second'])
  })

  test('stays within its bytes, the oldest going first', () => {
    const { keeper, request, names, evicted, held, clock } = open({ maxBytes: 10_000 })
    for (let n = 0; n < 1_000; n++) request(n, `n${n}`)
    keeper.release(idOf(999))
    keeper.release(idOf(0))
    assert.deepEqual(names(), ['n999'])
    assert.equal(evicted(), 1_000 - 15)
    clock.advance(2_000)
    assert.ok(held.bytes <= 10_000 && held.spans > 0, JSON.stringify(held))
  })

  test('spends its budget once a trace, and counts a trace that found it spent once', () => {
    const { clock, keeper, begin, kept, missed } = open({ perSecond: 2 })
    for (const n of [1, 2, 3]) {
      begin(n)
      for (let again = 0; again < 3; again++) keeper.keep(idOf(n), 'error')
    }
    assert.deepEqual([kept, missed], [['error', 'error'], ['budget']])
    clock.advance(500)
    begin(4)
    keeper.keep(idOf(4), 'slow')
    assert.equal(keeper.isKept(idOf(4)), true)
  })

  test('follows a peer without spending', () => {
    const { keeper, begin, kept } = open({ perSecond: 1 })
    for (const n of [1, 2, 3]) {
      begin(n)
      keeper.release(idOf(n))
      keeper.release(idOf(n))
    }
    assert.deepEqual(kept, ['peer', 'peer', 'peer'])
  })

  test('tells every peer that does not know, once, those that come later too', () => {
    const { keeper, begin, told, missed } = open()
    begin(1)
    keeper.link(idOf(1), link('http://b'))
    keeper.link(idOf(1), link('http://c', true))
    keeper.link(idOf(1), link(undefined))
    assert.deepEqual(told, [])
    keeper.keep(idOf(1), 'error')
    keeper.release(idOf(1))
    keeper.link(idOf(1), link('http://d'))
    assert.deepEqual(told, ['http://b 1', 'http://d 1'])
    assert.deepEqual(missed, ['peer_off'])
  })

  test('knows nothing of traces that are not open here', () => {
    const { keeper, missed } = open()
    keeper.link(idOf(7), link('http://b'))
    keeper.keep(idOf(7), 'error')
    assert.equal(keeper.isKept(idOf(7)), false)
    assert.deepEqual(missed, [])
  })

  test('forgets everything when it is switched off, and begins anew', () => {
    const { keeper, request, begin, names, held } = open()
    request(1)
    const across = begin(2, 'across')
    keeper.apply(undefined)
    assert.deepEqual(held, { spans: 0, bytes: 0 })
    across.end()
    keeper.apply(POLICY)
    request(3, 'new')
    keeper.keep(idOf(3), 'error')
    assert.deepEqual(names(), ['new'])
  })
})
