import assert from 'node:assert/strict'
import { decodeOtlpJson } from '../../../src/wire/otlp-json.ts'
import { decodeOtlpProtobuf } from '../../../src/wire/otlp-protobuf.ts'
import { encodeOtlpResponse, encodeOtlpStatus } from '../../../src/wire/otlp-response.ts'
import { decodeRetryDelayMs } from '../../../src/wire/otlp-retry-info.ts'
import { emptyOtlpSpan, type OtlpResourceSpans } from '../../../src/wire/otlp-span.ts'
import { type OtlpRequest, otlpRequests, otlpResponses } from '../../support/otlp-protos.ts'

const LIMITS = { maxSpans: 10 }
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN_ID = '00f067aa0ba902b7'
const PARENT_ID = 'b7ad6b7169203331'
const START = '1767225600000000001'
const END = '18446744073709551615'
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Every field that is read, and some that are not, as the official files write them. */
const REQUEST: OtlpRequest = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      schemaUrl: 'https://example.com/schema',
      scopeSpans: [
        {
          scope: { name: 'http', version: '1.2' },
          spans: [
            {
              traceId: hex(TRACE_ID),
              spanId: hex(SPAN_ID),
              parentSpanId: hex(PARENT_ID),
              traceState: 'a=b',
              flags: 0x101,
              name: 'GET /é\u2028',
              kind: 3,
              startTimeUnixNano: START,
              endTimeUnixNano: END,
              attributes: [
                { key: 'text', value: { stringValue: 'x' } },
                { key: 'yes', value: { boolValue: true } },
                { key: 'no', value: { boolValue: false } },
                { key: 'int', value: { intValue: '-9223372036854775808' } },
                { key: 'double', value: { doubleValue: -0.25 } },
                {
                  key: 'list',
                  value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }] } },
                },
                {
                  key: 'map',
                  value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
                },
                { key: 'unset' },
              ],
              droppedAttributesCount: 300,
              events: [
                {
                  timeUnixNano: START,
                  name: 'retry',
                  attributes: [{ key: 'n', value: { intValue: '2' } }],
                },
              ],
              droppedEventsCount: 1,
              links: [
                {
                  traceId: hex(TRACE_ID),
                  spanId: hex(SPAN_ID),
                  traceState: 'c=d',
                  attributes: [{ key: 'l', value: { stringValue: 'm' } }],
                },
              ],
              droppedLinksCount: 2,
              status: { code: 2, message: 'no' },
            },
            {},
          ],
        },
      ],
    },
    {},
  ],
}

const EXPECTED: OtlpResourceSpans[] = [
  {
    attributes: [{ key: 'service.name', value: 'shop' }],
    scopes: [
      {
        scopeName: 'http',
        scopeVersion: '1.2',
        spans: [
          {
            traceId: TRACE_ID,
            spanId: SPAN_ID,
            parentSpanId: PARENT_ID,
            traceState: 'a=b',
            name: 'GET /é\u2028',
            kind: 3,
            startTimeUnixNano: BigInt(START),
            endTimeUnixNano: BigInt(END),
            attributes: [
              { key: 'text', value: 'x' },
              { key: 'yes', value: true },
              { key: 'no', value: false },
              { key: 'int', value: -9_223_372_036_854_775_808n },
              { key: 'double', value: -0.25 },
              { key: 'list', value: [1n, 'b'] },
              { key: 'map', value: { pairs: [{ key: 'k', value: true }] } },
              { key: 'unset', value: undefined },
            ],
            events: [
              {
                timeUnixNano: BigInt(START),
                name: 'retry',
                attributes: [{ key: 'n', value: 2n }],
              },
            ],
            links: [
              {
                traceId: TRACE_ID,
                spanId: SPAN_ID,
                traceState: 'c=d',
                attributes: [{ key: 'l', value: 'm' }],
              },
            ],
            droppedAttributesCount: 300,
            droppedEventsCount: 1,
            droppedLinksCount: 2,
            statusCode: 2,
            statusMessage: 'no',
          },
          emptyOtlpSpan(),
        ],
      },
    ],
  },
  { attributes: [], scopes: [] },
]

describe('decodeOtlpProtobuf', () => {
  test('reads every field that the official files write [opentelemetry-proto 1.7]', () => {
    assert.deepEqual(decodeOtlpProtobuf(otlpRequests.encode(REQUEST), LIMITS), {
      ok: true,
      value: EXPECTED,
    })
  })

  test('reads bytes as base64', () => {
    // resource_spans { resource { attributes { key: "b" value { bytes_value: 00 ff } } } }
    const body = hex('0a0f0a0d0a0b0a01621206' + '3a0400ff0102')
    const decoded = decodeOtlpProtobuf(body, LIMITS)
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.value[0]?.attributes, [{ key: 'b', value: { base64: 'AP8BAg==' } }])
  })

  test('reads nothing out of nothing', () => {
    assert.deepEqual(decodeOtlpProtobuf(new Uint8Array(), LIMITS), { ok: true, value: [] })
  })

  test('passes over fields and types that it does not know', () => {
    const unknown = hex(
      'a006' + '01' + 'a106' + '0102030405060708' + 'a206' + '0101' + 'a506' + '01020304',
    )
    const wrongType = hex('0801')
    assert.deepEqual(decodeOtlpProtobuf(Buffer.concat([unknown, wrongType]), LIMITS), {
      ok: true,
      value: [],
    })
  })

  for (const [what, body, path, words] of [
    ['a length past the end', '0a05', 'byte 2', /announces 5 bytes where 0 are left/],
    ['half an integer', '0aff', 'byte 2', /ends inside a field/],
    ['an integer without end', `0a${'ff'.repeat(11)}`, 'byte 11', /more than ten bytes/],
    ['a field without number', '00', 'byte 1', /no field number/],
    ['a group', '0b', 'byte 1', /wire type 3/],
    ['an inner message that breaks its bounds', '0a020a05', 'byte 4', /announces 5 bytes/],
    ['half a fixed integer', '0a0912071205' + '390102030405', 'byte 7', /cut off/],
  ] as const)
    test(`says where the bytes go wrong: ${what}`, () => {
      const decoded = decodeOtlpProtobuf(hex(body), LIMITS)
      assert.ok(!decoded.ok)
      const { error } = decoded
      assert.equal(error.code, 'OTLP_MALFORMED')
      assert.match(error.path, /^byte \d+$/)
      assert.match(error.message, words)
      if (what !== 'half a fixed integer') assert.equal(error.path, path)
    })

  test('stops at the bound of spans, and of depth', () => {
    const spans = (count: number) =>
      otlpRequests.encode({
        resourceSpans: [{ scopeSpans: [{ spans: new Array(count).fill({}) }] }],
      })
    assert.ok(decodeOtlpProtobuf(spans(10), LIMITS).ok)
    const decoded = decodeOtlpProtobuf(spans(11), LIMITS)
    assert.ok(!decoded.ok)
    assert.equal(decoded.error.code, 'OTLP_TOO_MANY_SPANS')
    const nested = (depth: number): Record<string, unknown> =>
      depth === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nested(depth - 1)] } }
    const deep = decodeOtlpProtobuf(
      otlpRequests.encode({
        resourceSpans: [{ resource: { attributes: [{ key: 'k', value: nested(40) }] } }],
      }),
      LIMITS,
    )
    assert.ok(!deep.ok)
    assert.match(deep.error.message, /nested too deeply/)
  })
})

describe('decodeOtlpJson [OTLP: JSON Protobuf Encoding]', () => {
  /** What OTLP makes of protobuf's JSON: hex ids. */
  const asJson = (request: OtlpRequest): string =>
    JSON.stringify(request, (_key, value: unknown) => {
      const isBytes =
        typeof value === 'object' &&
        value !== null &&
        (value as { type?: unknown }).type === 'Buffer'
      return isBytes ? Buffer.from((value as { data: number[] }).data).toString('hex') : value
    })

  test('reads the same as from protobuf', () => {
    assert.deepEqual(decodeOtlpJson(bytes(asJson(REQUEST)), LIMITS), { ok: true, value: EXPECTED })
  })

  const spanOf = (fields: Record<string, unknown>) =>
    decodeOtlpJson(
      bytes(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [fields] }] }] })),
      LIMITS,
    )
  const readSpan = (fields: Record<string, unknown>) => {
    const decoded = spanOf(fields)
    assert.ok(decoded.ok, decoded.ok ? '' : decoded.error.message)
    return decoded.value[0]?.scopes[0]?.spans[0]
  }

  test('takes ids in upper case, enumerations by name, 64 bits as numbers, null for absent', () => {
    const span = readSpan({
      traceId: TRACE_ID.toUpperCase(),
      kind: 'SPAN_KIND_SERVER',
      status: { code: 'STATUS_CODE_ERROR' },
      startTimeUnixNano: 5000,
      name: null,
      attributes: null,
      events: [null],
    })
    assert.equal(span?.traceId, TRACE_ID)
    assert.equal(span?.kind, 2)
    assert.equal(span?.statusCode, 2)
    assert.equal(span?.startTimeUnixNano, 5000n)
    assert.equal(span?.name, '')
    assert.deepEqual(span?.events, [{ timeUnixNano: 0n, name: '', attributes: [] }])
  })

  test('takes doubles by their names and bytes as they are', () => {
    const values = [
      { doubleValue: 'NaN' },
      { doubleValue: '-Infinity' },
      { doubleValue: '1.5' },
      { bytesValue: 'AP8=' },
      { intValue: 3 },
      {},
    ]
    const attributes = values.map((value) => ({ key: 'k', value }))
    assert.deepEqual(
      readSpan({ attributes })?.attributes.map(({ value }) => value),
      [Number.NaN, Number.NEGATIVE_INFINITY, 1.5, { base64: 'AP8=' }, 3n, undefined],
    )
  })

  test('passes over names that it does not know, snake_case among them [OTLP: MUST ignore]', () => {
    assert.deepEqual(readSpan({ trace_id: TRACE_ID, colour: 'red' }), emptyOtlpSpan())
  })

  for (const [fields, path, words] of [
    [{ traceId: 'xyz' }, '.traceId', /hexadecimal digits; it is of type string$/],
    [{ name: 5 }, '.name', /must be a string; it is of type number/],
    [{ startTimeUnixNano: '5.5' }, '.startTimeUnixNano', /must be an integer/],
    [{ startTimeUnixNano: 1.5 }, '.startTimeUnixNano', /must be an integer/],
    [{ kind: 'server' }, '.kind', /must be a number from 0 to 5/],
    [{ attributes: {} }, '.attributes', /must be a list; it is of type object/],
    [{ attributes: [5] }, '.attributes[0]', /must be an object/],
    [
      { attributes: [{ value: { boolValue: 'yes' } }] },
      '.attributes[0].value.boolValue',
      /true or false/,
    ],
    [{ status: [] }, '.status', /must be an object; it is a list/],
    [{ links: [{ spanId: '!' }] }, '.links[0].spanId', /hexadecimal/],
  ] as const)
    test(`names the place of what is wrong: ${path}`, () => {
      const decoded = spanOf(fields)
      assert.ok(!decoded.ok)
      assert.equal(decoded.error.path, `resourceSpans[0].scopeSpans[0].spans[0]${path}`)
      assert.equal(decoded.error.code, 'OTLP_MALFORMED')
      assert.match(decoded.error.message, words)
    })

  test('refuses what is no JSON without quoting it', () => {
    for (const body of ['', '{', 'secret', '{"a":s3cret}', 'null', '[]', '5']) {
      const decoded = decodeOtlpJson(bytes(body), LIMITS)
      assert.ok(!decoded.ok, body)
      assert.doesNotMatch(decoded.error.message, /secret|s3cret/)
    }
  })

  test('stops at the bound of spans, and of depth', () => {
    const spans = `{"resourceSpans":[{"scopeSpans":[{"spans":[${'{},'.repeat(10)}{}]}]}]}`
    const decoded = decodeOtlpJson(bytes(spans), LIMITS)
    assert.ok(!decoded.ok)
    assert.equal(decoded.error.code, 'OTLP_TOO_MANY_SPANS')
    const depth = 50_000
    const deep = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`
    const refused = decodeOtlpJson(
      bytes(`{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${deep}}]}}]}`),
      LIMITS,
    )
    assert.ok(!refused.ok)
    assert.match(refused.error.message, /nested too deeply|not JSON/)
  })
})

describe('encodeOtlpResponse', () => {
  const partial = { rejectedSpans: 300, errorMessage: 'too old: é' }

  test('is empty when everything was taken', () => {
    assert.equal(encodeOtlpResponse('json'), '{}')
    assert.deepEqual(encodeOtlpResponse('protobuf'), new Uint8Array())
  })

  test('says what was rejected, as the official files read it', () => {
    assert.deepEqual(JSON.parse(encodeOtlpResponse('json', partial) as string), {
      partialSuccess: { rejectedSpans: '300', errorMessage: 'too old: é' },
    })
    const encoded = encodeOtlpResponse('protobuf', partial) as Uint8Array
    assert.deepEqual(JSON.parse(JSON.stringify(otlpResponses.decode(encoded))), {
      partialSuccess: { rejectedSpans: '300', errorMessage: 'too old: é' },
    })
  })

  test('writes a status as gRPC does [google/rpc/status.proto]', () => {
    assert.equal(encodeOtlpStatus('json', 3, 'no'), '{"code":3,"message":"no"}')
    assert.deepEqual(
      encodeOtlpStatus('protobuf', 3, 'no'),
      Uint8Array.from([0x08, 3, 0x12, 2, 0x6e, 0x6f]),
    )
  })
})

describe('decodeRetryDelayMs', () => {
  test('finds no pause in what holds none', () => {
    for (const body of ['', '0803', '1a00', '1a020a00', 'ff', '1a05'])
      assert.equal(decodeRetryDelayMs(hex(body)), undefined)
  })
})
