import assert from 'node:assert/strict'
import fc from 'fast-check'
import { extract, inject } from '../../src/telemetry/index.ts'
import { parseB3Multi, parseB3Single } from '../../src/wire/b3.ts'
import { parseBaggage } from '../../src/wire/baggage.ts'
import { formatTraceparent, parseTraceparent } from '../../src/wire/traceparent.ts'
import { parseTracestate } from '../../src/wire/tracestate.ts'

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((list) => list.join(''))
    .filter((id) => !/^0+$/.test(id))
const flags = fc.integer({ min: 0, max: 3 })
const context = fc.record({ traceId: hex(32), spanId: hex(16), flags }, { noNullPrototype: true })

/** Anything at all, and things that are nearly right. */
const nearly = (...seeds: readonly string[]) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
      .map(([seed, at, cut, put]) => {
        const place = at % (seed.length + 1)
        return seed.slice(0, place) + put + seed.slice(place + cut)
      }),
    fc.constantFrom('', ' ', ',', '=', ';', '-', '__proto__', 'constructor', 'toString=1'),
  )

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'
const traceparents = nearly(`00-${T}-${P}-01`, `cc-${T}-${P}-01-more`)
const tracestates = nearly('a=1,b@c=2', 'foo=1 , bar=2')
const baggages = nearly('a=1,b=2;p;q=3', 'k=%20v')
const b3s = nearly(`${T}-${P}-1-${P}`, `${P}-${P}-d`, '0')

const TRACE_ID = /^[0-9a-f]{32}$/
const SPAN_ID = /^[0-9a-f]{16}$/
/** Fixed, so that a failure is found again; fast-check prints it with the path to the case. */
const RUNS = { seed: 20_260_101, numRuns: 500 }

describe('the context headers, with anything', () => {
  test('parseTraceparent gives ids that are ids, or nothing', () => {
    fc.assert(
      fc.property(traceparents, (value) => {
        const read = parseTraceparent(value)
        if (read === undefined) return
        assert.match(read.traceId, TRACE_ID)
        assert.match(read.spanId, SPAN_ID)
        assert.deepEqual(parseTraceparent(formatTraceparent(read)), read)
      }),
      RUNS,
    )
  })

  test('parseTraceparent gives back what formatTraceparent writes', () => {
    fc.assert(
      fc.property(context, (one) =>
        assert.deepEqual(parseTraceparent(formatTraceparent(one)), one),
      ),
      RUNS,
    )
  })

  test('parseTracestate gives what it takes again, or nothing', () => {
    fc.assert(
      fc.property(fc.array(tracestates, { maxLength: 4 }), (lines) => {
        const read = parseTracestate(lines)
        if (read !== undefined) assert.equal(parseTracestate([read]), read)
      }),
      RUNS,
    )
  })

  test('parseTracestate keeps every valid list', () => {
    const key = fc.stringMatching(/^[a-z0-9][a-z0-9_\-*/@]{0,20}$/)
    const value = fc.stringMatching(/^[ -+\--<>-~]{0,20}[!-+\--<>-~]$/)
    const list = fc.uniqueArray(fc.tuple(key, value), {
      selector: ([one]) => one,
      minLength: 1,
      maxLength: 32,
    })
    fc.assert(
      fc.property(list, (members) => {
        const text = members.map(([k, v]) => `${k}=${v}`).join(',')
        assert.equal(parseTracestate([text]), text)
        assert.equal(parseTracestate(text.split(',')), text)
      }),
      RUNS,
    )
  })

  test('parseBaggage passes on what it takes again, or says what is wrong', () => {
    fc.assert(
      fc.property(fc.array(baggages, { maxLength: 4 }), (lines) => {
        const read = parseBaggage(lines)
        if (!read.ok) assert.notEqual(read.error, '')
        else if (read.value !== undefined) assert.deepEqual(parseBaggage([read.value]), read)
      }),
      RUNS,
    )
  })

  test('parseB3Single and parseB3Multi give ids that are ids and decisions that are decisions', () => {
    const maybe = fc.option(b3s, { nil: undefined })
    const multi = fc.record(
      { traceId: maybe, spanId: maybe, sampled: maybe, flags: maybe },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(b3s, multi, (single, several) => {
        for (const read of [parseB3Single(single), parseB3Multi(several)]) {
          if (read === undefined) continue
          assert.ok([true, false, undefined].includes(read.sampled))
          if (read.traceId === undefined) continue
          assert.match(read.traceId, TRACE_ID)
          assert.match(read.spanId ?? '', SPAN_ID)
        }
      }),
      RUNS,
    )
  })

  test('extract never throws, and what it read inject writes so that it reads the same', () => {
    const names = fc.constantFrom(
      ...['traceparent', 'TraceState', 'BAGGAGE', 'b3', 'X-B3-TraceId', 'x-b3-spanid'],
      ...['x-b3-sampled', 'x-b3-flags', 'host', '', '__proto__'],
    )
    const values = fc.oneof(traceparents, tracestates, baggages, b3s)
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 8 }), (lines) => {
        const { parent, baggage } = extract(lines.flat())
        if (parent === undefined) return
        const headers: string[] = []
        inject(headers, parent, baggage)
        const again = extract(headers)
        assert.deepEqual([again.parent, again.baggage], [parent, baggage])
      }),
      RUNS,
    )
  })
})
