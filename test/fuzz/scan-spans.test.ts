import assert from 'node:assert/strict'
import fc from 'fast-check'
import { rowsOfSpans } from '../../src/backend/store/disk/rows-of-spans.ts'
import { SpanScanner } from '../../src/backend/store/disk/scan-spans.ts'
import { AT, ROW_INTS, type SpanRows } from '../../src/backend/store/disk/span-rows.ts'
import { splitSpans } from '../../src/backend/store/disk/split-spans.ts'
import { decodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import { ZIPKIN_KINDS } from '../../src/wire/zipkin-span.ts'

const KEYS = ['env', 'é', '__proto__']

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((list) => list.join(''))
const usually = <T, U>(one: fc.Arbitrary<T>, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 19, arbitrary: one }, { weight: 1, arbitrary: other })
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('env', 'é', '__proto__', 'error', 'a"b', '\\', '\n', '\ud800', 'İ', 'K', ''),
)
const integer = usually(
  fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 31, 2 ** 53 - 1, 1_767_225_600_000_000)),
  fc.constantFrom(-1, 1.5, 1e21, 2 ** 53, '5', null),
)
const id = usually(hex(16), fc.constantFrom('0'.repeat(16), 'A'.repeat(16), 'abc', '', null, 7))
const endpoint = fc.record(
  {
    serviceName: usually(text, fc.constantFrom(null, 1)),
    ipv4: usually(fc.ipV4(), text),
    ipv6: usually(fc.ipV6(), text),
    port: usually(fc.nat({ max: 65535 }), fc.constantFrom(65536, -1, '80')),
  },
  { requiredKeys: [] },
)
/** Spans as reporters may send them, now and then with something that none should. */
const span = fc.record(
  {
    traceId: usually(
      fc.oneof(
        hex(32),
        hex(16),
        hex(16).map((low) => '0'.repeat(16) + low),
      ),
      id,
    ),
    id,
    parentId: id,
    kind: usually(fc.constantFrom(...ZIPKIN_KINDS), fc.constantFrom('client', null)),
    name: text,
    timestamp: integer,
    duration: integer,
    localEndpoint: usually(endpoint, fc.constant(null)),
    remoteEndpoint: usually(endpoint, fc.constantFrom(null, [])),
    annotations: fc.array(
      fc.record({ timestamp: integer, value: text }, { requiredKeys: ['timestamp', 'value'] }),
      { maxLength: 3 },
    ),
    tags: fc.dictionary(text, usually(text, fc.constantFrom(null, 1)), { maxKeys: 4 }),
    debug: usually(fc.boolean(), fc.constant('true')),
    shared: fc.boolean(),
    unknown: fc.constant(undefined),
  },
  { requiredKeys: ['traceId', 'id'] },
)

const message = fc
  .record({
    spans: fc.array(span, { maxLength: 4 }),
    indent: fc.constantFrom(undefined, '\t', ' '),
    isReversed: fc.boolean(),
  })
  .map(({ spans, indent, isReversed }) => {
    const list = isReversed
      ? spans.map((one) => Object.fromEntries(Object.entries(one).reverse()))
      : spans
    return JSON.stringify(list, undefined, indent)
  })
/** One with a piece cut out and something put in its place. */
const broken = fc
  .tuple(
    message,
    fc.nat(),
    fc.nat({ max: 4 }),
    fc.constantFrom('', '"', '\\', ',', '}', '\u0000', '0', 'yAnnotations"', '\\u0061', '\ufeff'),
  )
  .map(([json, at, length, put]) => {
    const place = at % (json.length + 1)
    return json.slice(0, place) + put + json.slice(place + length)
  })

/** Rows without what may differ: the order of tags within a span, and an annotation that came twice. */
const comparable = ({ count, ints, times, tags, values }: SpanRows) => ({
  spans: Array.from({ length: count }, (_, row) => {
    const at = row * ROW_INTS
    const tagsFrom = row === 0 ? 0 : (ints[at - ROW_INTS + AT.tagsEnd] as number)
    const tagsEnd = ints[at + AT.tagsEnd] as number
    const pairs = Array.from(
      { length: tagsEnd - tagsFrom },
      (_pair, i) => `${tags[(tagsFrom + i) * 2]} ${tags[(tagsFrom + i) * 2 + 1]}`,
    )
    return {
      ints: [...ints.subarray(at, at + AT.tagsEnd)],
      time: times[row],
      tags: [...new Set(pairs)].sort(),
    }
  }),
  values: values.map((pair) => pair.join(' ')).sort(),
})

describe('SpanScanner, with anything', () => {
  const check = (body: Uint8Array): boolean => {
    const scanner = new SpanScanner(KEYS)
    const scanned = scanner.scan(body)
    if (scanned === undefined) return false
    const decoded = decodeZipkinSpans(body)
    assert.ok(decoded.ok, 'it takes what the decoder refuses')
    const ranges = splitSpans(body, decoded.value.length)
    assert.ok(ranges !== undefined)
    const rows = rowsOfSpans(decoded.value, body, ranges, scanned.words, KEYS)
    assert.deepEqual(comparable(scanned), comparable(rows))
    return true
  }

  test('reads what the decoder reads', () => {
    let taken = 0
    fc.assert(
      fc.property(message, (json) => {
        if (check(Buffer.from(json))) taken++
      }),
      { numRuns: 1500 },
    )
    assert.ok(taken > 100, `took ${taken} messages only`)
  })

  test('takes nothing that the decoder refuses', () => {
    fc.assert(
      fc.property(broken, (json) => {
        check(Buffer.from(json))
      }),
      { numRuns: 3000 },
    )
  })

  test('takes bytes that are no UTF-8 as the decoder does', () => {
    const bytes = fc.uint8Array({ maxLength: 6 })
    fc.assert(
      fc.property(bytes, bytes, (name, value) => {
        const head = '[{"traceId":"a000000000000001","id":"a000000000000001","name":"'
        check(
          Buffer.concat([
            Buffer.from(head),
            name,
            Buffer.from('","tags":{"k":"'),
            value,
            Buffer.from('"}}]'),
          ]),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
