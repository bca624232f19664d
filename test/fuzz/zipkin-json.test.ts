import assert from 'node:assert/strict'
import fc from 'fast-check'
import { splitSpans } from '../../src/backend/store/disk/split-spans.ts'
import { decodeZipkinSpans, encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import { ZIPKIN_KINDS, type ZipkinSpan } from '../../src/wire/zipkin-span.ts'

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((list) => list.join(''))
    .filter((id) => !/^0+$/.test(id))
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const name = text.map((one) => one.toLowerCase()).filter((one) => one !== '')
const endpoint = fc.record(
  { serviceName: name, ipv4: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }) },
  { requiredKeys: ['serviceName'], noNullPrototype: true },
)
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
/** Spans as they are after normalisation. */
const span = fc.record(
  {
    traceId: fc.oneof(
      hex(16),
      hex(32).filter((id) => !id.startsWith('0'.repeat(16))),
    ),
    id: hex(16),
    parentId: hex(16),
    kind: fc.constantFrom(...ZIPKIN_KINDS),
    name,
    timestamp: positive,
    duration: positive,
    localEndpoint: endpoint,
    remoteEndpoint: endpoint,
    annotations: fc
      .record({ timestamp: positive, value: text }, { noNullPrototype: true })
      .map((annotation) => [annotation]),
    tags: fc.dictionary(text, text, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
    debug: fc.constant(true as const),
  },
  { requiredKeys: ['traceId', 'id'], noNullPrototype: true },
) as fc.Arbitrary<ZipkinSpan>
const normal = span.filter((one) => one.parentId !== one.id)

const bytes = (json: string): Uint8Array => new TextEncoder().encode(json)

describe('decodeZipkinSpans, with anything', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(normal, { maxLength: 5 }), (spans) => {
        assert.deepEqual(decodeZipkinSpans(bytes(encodeZipkinSpans(spans))), {
          ok: true,
          value: spans,
        })
      }),
    )
  })

  test('never throws on bytes, on JSON, or on lists with a piece cut out', () => {
    const cut = fc
      .tuple(fc.array(normal, { minLength: 1, maxLength: 2 }), fc.nat(), fc.nat({ max: 5 }), text)
      .map(([spans, at, length, put]) => {
        const json = encodeZipkinSpans(spans)
        const place = at % json.length
        return bytes(json.slice(0, place) + put + json.slice(place + length))
      })
    const input = fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => bytes(`[${json}]`)),
      cut,
    )
    fc.assert(
      fc.property(input, (body) => {
        const decoded = decodeZipkinSpans(body)
        assert.equal(typeof decoded.ok, 'boolean')
      }),
      { numRuns: 500 },
    )
  })

  test('reads what it read again to the same spans', () => {
    const loose = fc.record(
      {
        traceId: fc.oneof(hex(7), hex(20), hex(32)),
        id: fc.oneof(hex(3), hex(16)),
        parentId: fc.oneof(fc.constant(null), fc.constant('0'), hex(5)),
        name: fc.oneof(text, fc.integer()),
        timestamp: fc.oneof(fc.integer(), fc.integer().map(String)),
        localEndpoint: fc.record({ serviceName: text, ipv6: fc.oneof(fc.ipV6(), fc.ipV4(), text) }),
        shared: fc.boolean(),
        kind: fc.constantFrom(...ZIPKIN_KINDS),
      },
      { requiredKeys: ['traceId', 'id'], noNullPrototype: true },
    )
    fc.assert(
      fc.property(fc.array(loose, { minLength: 1, maxLength: 3 }), (list) => {
        const first = decodeZipkinSpans(bytes(JSON.stringify(list)))
        if (!first.ok) return
        assert.deepEqual(decodeZipkinSpans(bytes(encodeZipkinSpans(first.value))), first)
      }),
    )
  })
})

describe('splitSpans, with anything', () => {
  test('finds each span of a list', () => {
    fc.assert(
      fc.property(fc.array(normal, { maxLength: 4 }), (spans) => {
        const body = bytes(encodeZipkinSpans(spans))
        const ranges = splitSpans(body, spans.length) ?? []
        const parts = spans.map((_, n) =>
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(
            body.subarray(ranges[n * 2], ranges[n * 2 + 1]),
          ),
        )
        assert.deepEqual(
          parts,
          spans.map((one) => encodeZipkinSpans([one]).slice(1, -1)),
        )
        assert.equal(splitSpans(body, spans.length + 1), undefined)
      }),
    )
  })
})
