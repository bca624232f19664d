import assert from 'node:assert/strict'
import { emptyOtlpSpan, type OtlpAttribute, type OtlpSpan } from '../../../src/wire/otlp-span.ts'
import { otlpToZipkin } from '../../../src/wire/otlp-to-zipkin.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const START = 1_767_225_600_000_000_000n
const span = (fields: Partial<OtlpSpan>): OtlpSpan => ({
  ...emptyOtlpSpan(),
  traceId: TRACE_ID,
  spanId: '00f067aa0ba902b7',
  startTimeUnixNano: START,
  endTimeUnixNano: START + 7_000n,
  ...fields,
})
const of = (
  one: OtlpSpan,
  { scopeName = '', resource = [] as OtlpAttribute[], scopeVersion = '' } = {},
) => otlpToZipkin([{ attributes: resource, scopes: [{ scopeName, scopeVersion, spans: [one] }] }])
const first = (fields: Partial<OtlpSpan>, origin = {}) => {
  const [converted] = of(span(fields), origin).spans
  assert.ok(converted)
  return converted
}

describe('otlpToZipkin [OpenTelemetry: trace/sdk_exporters/zipkin.md]', () => {
  test('maps a bare span', () => {
    assert.deepEqual(of(span({ name: 'GET /' })), {
      spans: [
        {
          traceId: TRACE_ID,
          id: '00f067aa0ba902b7',
          name: 'GET /',
          timestamp: 1_767_225_600_000_000,
          duration: 7,
          localEndpoint: { serviceName: 'unknown_service' },
          tags: {},
        },
      ],
      rejectedSpans: 0,
    })
  })

  test('takes the service name and the tags of resource and scope', () => {
    const resource = [
      { key: 'service.name', value: 'shop' },
      { key: 'process.pid', value: 7n },
    ]
    const origin = { resource, scopeName: 'http', scopeVersion: '1.2' }
    const { localEndpoint, tags } = first({}, origin)
    assert.deepEqual(localEndpoint, { serviceName: 'shop' })
    assert.deepEqual(tags, {
      'service.name': 'shop',
      'process.pid': '7',
      'otel.scope.name': 'http',
      'otel.scope.version': '1.2',
    })
  })

  test('has a kind for each but the local one', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map((kind) => first({ kind }).kind),
      [undefined, undefined, 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER', undefined],
    )
  })

  test('rounds times down to microseconds, and a shorter span up to one', () => {
    const times = (start: bigint, end: bigint) => {
      const { timestamp, duration } = first({ startTimeUnixNano: start, endTimeUnixNano: end })
      return [timestamp, duration]
    }
    const startUs = 1_767_225_600_000_000
    assert.deepEqual(times(START + 1_999n, START + 3_998n), [startUs + 1, 1])
    assert.deepEqual(times(START, START + 1n), [startUs, 1])
    assert.deepEqual(times(START, START), [startUs, 1])
    assert.deepEqual(times(START, START - 1n), [startUs, undefined])
    assert.deepEqual(times(START, 0n), [startUs, undefined])
    assert.deepEqual(times(0n, START), [undefined, undefined])
  })

  test('writes values as text: lists and maps as JSON, 64 bits without loss', () => {
    const values: OtlpAttribute[] = [
      { key: 'int', value: 9_223_372_036_854_775_807n },
      { key: 'double', value: 0.5 },
      { key: 'nan', value: Number.NaN },
      { key: 'bool', value: false },
      { key: 'bytes', value: { base64: 'AP8=' } },
      { key: 'unset', value: undefined },
      { key: 'list', value: ['a"', 9_007_199_254_740_993n, true, undefined, Number.NaN, []] },
      {
        key: 'map',
        value: {
          pairs: [
            { key: 'k', value: 1n },
            { key: 'k', value: { base64: 'AA==' } },
          ],
        },
      },
      { key: '__proto__', value: 'kept' },
    ]
    assert.deepEqual(Object.entries(first({ attributes: values }).tags ?? {}), [
      ['int', '9223372036854775807'],
      ['double', '0.5'],
      ['nan', 'NaN'],
      ['bool', 'false'],
      ['bytes', 'AP8='],
      ['unset', ''],
      ['list', '["a\\"",9007199254740993,true,null,"NaN",[]]'],
      ['map', '{"k":"AA=="}'],
      ['__proto__', 'kept'],
    ])
  })

  test('turns the status into two tags, and no status into none', () => {
    const tags = (statusCode: number, statusMessage = '', attributes: OtlpAttribute[] = []) =>
      first({ statusCode, statusMessage, attributes }).tags
    const error = (value: string | boolean) => [{ key: 'error', value }]
    assert.deepEqual(tags(0, 'unheard'), {})
    assert.deepEqual(tags(1), { 'otel.status_code': 'OK' })
    assert.deepEqual(tags(2, 'no'), { 'otel.status_code': 'ERROR', error: 'no' })
    assert.deepEqual(tags(2), { 'otel.status_code': 'ERROR', error: '' })
    assert.deepEqual(tags(2, 'no', error('x')), { 'otel.status_code': 'ERROR', error: 'no' })
    assert.deepEqual(tags(2, '', error('x')), { 'otel.status_code': 'ERROR', error: 'x' })
    assert.deepEqual(tags(0, '', error(false)), {})
  })

  test('turns events into annotations, with their attributes behind the name', () => {
    const events = [
      { timeUnixNano: START + 1_500n, name: 'retry', attributes: [] },
      { timeUnixNano: 0n, name: 'again', attributes: [{ key: 'n', value: 2n }] },
    ]
    assert.deepEqual(first({ events }).annotations, [
      { timestamp: 1_767_225_600_000_001, value: 'retry' },
      { timestamp: 1_767_225_600_000_000, value: 'again: {"n":2}' },
    ])
    assert.equal(first({ events: events.slice(1), startTimeUnixNano: 0n }).annotations, undefined)
  })

  test('keeps links, tracestate and what was dropped', () => {
    const links = [
      {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        traceState: 'x=1',
        attributes: [{ key: 'k', value: 'v' }],
      },
    ]
    const fields = { links, traceState: 'v=1', droppedAttributesCount: 1, droppedLinksCount: 3 }
    assert.deepEqual(first(fields).tags, {
      'w3c.tracestate': 'v=1',
      'otel.dropped_attributes_count': '1',
      'otel.dropped_links_count': '3',
      'otlp.link.0': `${'a'.repeat(32)}|${'b'.repeat(16)}|x=1|{"k":"v"}`,
    })
  })

  test('rejects a span whose ids are none, and it alone', () => {
    const bad: [Partial<OtlpSpan>, RegExp][] = [
      [{ traceId: '' }, /^a trace id is 16 bytes .*""$/],
      [{ traceId: '0'.repeat(32) }, /^a trace id/],
      [{ traceId: TRACE_ID.slice(2) }, /^a trace id/],
      [{ traceId: 'a'.repeat(66) }, /of 66 hexadecimal digits$/],
      [{ spanId: '0'.repeat(16) }, /^a span id is 8 bytes/],
      [{ spanId: '' }, /^a span id/],
      [{ parentSpanId: 'b'.repeat(14) }, /^a parent span id is 8 bytes/],
    ]
    for (const [fields, words] of bad) {
      const { spans, rejectedSpans, reason } = of(span(fields))
      assert.deepEqual([spans.length, rejectedSpans], [0, 1])
      assert.match(reason ?? '', words)
    }
    for (const parentSpanId of ['', '0'.repeat(16)])
      assert.equal(first({ parentSpanId }).parentId, undefined)
  })
})

describe('otlpToZipkin, the other side of a call', () => {
  const remote = (attributes: Record<string, string | bigint>, fields = {}, origin = {}) =>
    first(
      {
        kind: 3,
        attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
        ...fields,
      },
      origin,
    )

  test('is named by the attribute of the best rank', () => {
    const ranking = [
      'peer.service',
      'service.peer.name',
      'server.address',
      'net.peer.name',
      'server.socket.domain',
      'net.sock.peer.name',
      'peer.hostname',
      'peer.address',
      'db.name',
    ]
    for (let rank = 0; rank < ranking.length; rank++) {
      const below = ranking.slice(rank).reverse()
      const found = remote(Object.fromEntries(below.map((key) => [key, key])))
      assert.deepEqual(found.remoteEndpoint, { serviceName: ranking[rank] })
    }
    assert.equal(remote({ 'http.host': 'x' }).remoteEndpoint, undefined)
  })

  test('may be an address with a port', () => {
    for (const [key, portKey] of [
      ['network.peer.address', 'network.peer.port'],
      ['server.socket.address', 'server.socket.port'],
      ['net.sock.peer.addr', 'net.sock.peer.port'],
    ] as const) {
      assert.deepEqual(remote({ [key]: '10.1.2.3', [portKey]: 80n }).remoteEndpoint, {
        ipv4: '10.1.2.3',
        port: 80,
      })
      assert.deepEqual(remote({ [key]: '::1', [portKey]: '70000' }).remoteEndpoint, { ipv6: '::1' })
      assert.equal(remote({ [key]: '/run/socket' }).remoteEndpoint, undefined)
    }
  })

  test('is left out where a call came in, unless it is named outright', () => {
    for (const kind of [0, 1, 2, 5]) {
      assert.equal(remote({ 'server.address': 'me' }, { kind }).remoteEndpoint, undefined)
      assert.deepEqual(remote({ 'peer.service': 'them' }, { kind }).remoteEndpoint, {
        serviceName: 'them',
      })
    }
    assert.ok(remote({ 'server.address': 'them' }, { kind: 4 }).remoteEndpoint)
  })

  test('is not the client that a sidecar calls server.address [dapr pkg/diagnostics/http_tracing.go]', () => {
    const origin = { scopeName: 'dapr-diagnostics' }
    assert.equal(remote({ 'server.address': '127.0.0.1' }, {}, origin).remoteEndpoint, undefined)
    const both = { 'server.address': '127.0.0.1', 'net.peer.name': 'orders' }
    assert.deepEqual(remote(both, {}, origin).remoteEndpoint, { serviceName: 'orders' })
  })

  test('stays a tag, but for a sidecar, whose Zipkin form has it in the endpoint alone', () => {
    assert.deepEqual(remote({ 'peer.service': 'them' }).tags, { 'peer.service': 'them' })
    const origin = { scopeName: 'dapr-diagnostics' }
    assert.deepEqual(remote({ 'peer.service': 'them' }, { traceState: 'a=b' }, origin).tags, {
      'otel.scope.name': 'dapr-diagnostics',
    })
  })
})
