import assert from 'node:assert/strict'
import { decodeZipkinSpans, encodeZipkinSpans } from '../../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../src/wire/zipkin-span.ts'

const decode = (body: unknown) =>
  decodeZipkinSpans(
    new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  )
const one = (fields: object): ZipkinSpan => {
  const decoded = decode([{ traceId: '1', id: '2', ...fields }])
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.error)
  return decoded.value[0] as ZipkinSpan
}
const errorOf = (body: unknown): string => {
  const decoded = decode(body)
  assert.ok(!decoded.ok, 'it was read')
  return decoded.error
}

describe('decodeZipkinSpans', () => {
  test('reads an empty body and an empty list [zipkin 2.3]', () => {
    for (const body of ['', '[]', '[ ]']) assert.deepEqual(decode(body), { ok: true, value: [] })
  })

  const ids: readonly [string, string][] = [
    ['1', '0000000000000001'],
    ['00000000000000ab', '00000000000000ab'],
    ['10000000000000000', '00000000000000010000000000000000'],
    ['463ac35c9f6413ad48485a3953bb6124', '463ac35c9f6413ad48485a3953bb6124'],
    ['000000000000000048485a3953bb6124', '48485a3953bb6124'],
  ]
  for (const [sent, kept] of ids)
    test(`keeps trace id ${sent} as ${kept} [zipkin 2.4]`, () => {
      assert.equal(one({ traceId: sent }).traceId, kept)
    })

  test('drops a parent that is zero or the span itself [zipkin 2.4]', () => {
    for (const parentId of ['0', '0000000000000000', '2', null])
      assert.equal('parentId' in one({ parentId }), false)
    assert.equal(one({ parentId: '3' }).parentId, '0000000000000003')
  })

  test('lowers names, drops empty ones and numbers at or below zero [zipkin 2.4]', () => {
    const span = one({ name: 'GET /', localEndpoint: { serviceName: 'ShOp' }, duration: -1 })
    assert.deepEqual([span.name, span.localEndpoint], ['get /', { serviceName: 'shop' }])
    const empty = one({ name: '', timestamp: 0, duration: 0, localEndpoint: { serviceName: '' } })
    assert.deepEqual(Object.keys(empty), ['traceId', 'id'])
  })

  const addresses: readonly [string, object | undefined][] = [
    ['1.2.3.4', { ipv4: '1.2.3.4' }],
    ['001.2.3.4', { ipv4: '001.2.3.4' }],
    ['256.2.3.4', undefined],
    ['localhost', undefined],
    ['::1', { ipv6: '::1' }],
    ['::', { ipv6: '::' }],
    ['2001:DB8:0:0:0:0:0:C001', { ipv6: '2001:db8::c001' }],
    ['2001:0:0:4:0:0:0:0', { ipv6: '2001::4:0:0:0:0' }],
    ['1:2:3:4:5:6:0:0', { ipv6: '1:2:3:4:5:6::' }],
    ['::ffff:9.8.7.6', { ipv4: '9.8.7.6' }],
    ['::9.8.7.6', { ipv4: '9.8.7.6' }],
    ['1::2::3', undefined],
    ['1:2:3', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['12345::', undefined],
  ]
  for (const [sent, kept] of addresses)
    test(`reads address ${sent} as ${JSON.stringify(kept)} [zipkin 2.4]`, () => {
      assert.deepEqual(one({ remoteEndpoint: { ipv6: sent } }).remoteEndpoint, kept)
      assert.deepEqual(one({ remoteEndpoint: { ipv4: sent } }).remoteEndpoint, kept)
    })

  test('keeps ports in range [zipkin 2.4]', () => {
    assert.deepEqual(one({ localEndpoint: { port: 65535 } }).localEndpoint, { port: 65535 })
    for (const port of [0, -1])
      assert.equal(one({ localEndpoint: { port } }).localEndpoint, undefined)
    assert.equal(
      errorOf([{ traceId: '1', id: '1', localEndpoint: { port: 65536 } }]),
      'invalid port 65536 reading List<Span> from json',
    )
  })

  test('sorts annotations by time and value, each once [zipkin 2.4]', () => {
    const annotations = [
      { timestamp: 2, value: 'a' },
      { timestamp: 1, value: 'b' },
      { timestamp: 1, value: 'a' },
      { timestamp: 1, value: 'b' },
    ]
    assert.deepEqual(one({ annotations }).annotations, [
      { timestamp: 1, value: 'a' },
      { timestamp: 1, value: 'b' },
      { timestamp: 2, value: 'a' },
    ])
    assert.equal(one({ annotations: [] }).annotations, undefined)
  })

  test('keeps shared off clients, and only true flags [zipkin 2.4]', () => {
    assert.deepEqual(Object.keys(one({ kind: 'CLIENT', shared: true, debug: false })), [
      'traceId',
      'id',
      'kind',
    ])
    assert.equal(one({ kind: 'SERVER', shared: true }).shared, true)
  })

  test('takes numbers for strings and strings for numbers [zipkin 2.4]', () => {
    const span = one({ traceId: 5, timestamp: '7', duration: '1e3', tags: { a: 1 } })
    assert.deepEqual(
      [span.traceId, span.timestamp, span.duration, span.tags],
      ['0000000000000005', 7, 1000, { a: '1' }],
    )
    assert.equal(decode('[{"traceId":"1","id":"1","tags":{"a":1.0}}]').ok, true)
  })

  test('ignores nulls, unknown fields and what follows the list [zipkin 2.4]', () => {
    const decoded = decode('[{"traceId":"1","id":"1","x":{"y":[1]},"kind":null}] tail')
    assert.deepEqual(decoded, {
      ok: true,
      value: [{ traceId: '0000000000000001', id: '0000000000000001' }],
    })
  })

  test('keeps a tag named __proto__', () => {
    for (const extra of ['', ',"duration":"1"']) {
      const decoded = decode(`[{"traceId":"1","id":"1","tags":{"__proto__":"x"}${extra}}]`)
      assert.ok(decoded.ok)
      assert.match(encodeZipkinSpans(decoded.value), /"tags":\{"__proto__":"x"\}/)
    }
  })

  const suffix = ' reading List<Span> from json'
  const refusals: readonly [body: string, message: string][] = [
    ['{}', 'Expected a JSON_V2 encoded list\n'],
    [' []', 'Expected a JSON_V2 encoded list\n'],
    ['\ufeff[]', 'Expected a JSON_V2 encoded list\n'],
    [
      '[{"traceId":"1","id":"1","binaryAnnotations":[]}]',
      'Expected a JSON_V2 encoded list, but received: JSON_V1\n',
    ],
    ['[1]', `Malformed${suffix}`],
    ['[{}]', `Missing : traceId id${suffix}`],
    ['[{"traceId":"1"}]', `Missing : id${suffix}`],
    ['[{"traceId":"","id":"1"}]', `traceId is empty${suffix}`],
    ['[{"traceId":"0","id":"1"}]', `traceId is all zeros${suffix}`],
    ['[{"traceId":"A","id":"1"}]', `A should be lower-hex encoded with no prefix${suffix}`],
    ['[{"traceId":"1","id":"0000000000000000"}]', `id is all zeros${suffix}`],
    ['[{"traceId":"1","id":"1","kind":"x"}]', `No enum constant zipkin2.Span.Kind.x${suffix}`],
    ['[{"traceId":"1","id":"1","tags":{"a":null}}]', `No value at $[0].tags.a${suffix}`],
    [
      '[{"traceId":"1","id":"1","annotations":[{"timestamp":1}]}]',
      `Incomplete annotation at $[0].annotations[0].timestamp${suffix}`,
    ],
    [
      '[{"traceId":"1","id":"1","timestamp":1.5}]',
      `Expected a long but was 1.5 at line 1 column 41 path $[0].timestamp${suffix}`,
    ],
    ['[{"traceId":"1","id":"1"', `End of input at line 1 column 25 path $[0].id${suffix}`],
    ['[{"traceId":"1","id":"1"},]', `Malformed${suffix}`],
  ]
  for (const [body, message] of refusals)
    test(`refuses ${JSON.stringify(body)} in Zipkin's words [zipkin 2.3]`, () => {
      assert.equal(errorOf(body), message)
    })
})

describe('encodeZipkinSpans', () => {
  test('writes fields in order, tags by key, and escapes as Zipkin does [zipkin 2.4]', () => {
    const span: ZipkinSpan = {
      shared: true,
      debug: true,
      tags: { z: '\u2028/é\u0001', '9': 'a', '10': '"\\\b\f\n\r\t' },
      annotations: [{ value: 'v', timestamp: 1 }],
      remoteEndpoint: { port: 1, ipv6: '::1', ipv4: '1.2.3.4', serviceName: 'r' },
      localEndpoint: { serviceName: 'l' },
      duration: 2,
      timestamp: 1,
      name: 'n',
      kind: 'SERVER',
      id: 'b',
      parentId: 'p',
      traceId: 'a',
    }
    assert.equal(
      encodeZipkinSpans([span]),
      '[{"traceId":"a","parentId":"p","id":"b","kind":"SERVER","name":"n","timestamp":1,"duration":2,' +
        '"localEndpoint":{"serviceName":"l"},' +
        '"remoteEndpoint":{"serviceName":"r","ipv4":"1.2.3.4","ipv6":"::1","port":1},' +
        '"annotations":[{"timestamp":1,"value":"v"}],' +
        '"tags":{"10":"\\"\\\\\\b\\f\\n\\r\\t","9":"a","z":"\\u2028/é\\u0001"},"debug":true,"shared":true}]',
    )
  })

  test('writes lists of none and of many', () => {
    assert.equal(encodeZipkinSpans([]), '[]')
    const span = { traceId: 'a', id: 'b' }
    assert.equal(
      encodeZipkinSpans([span, span]),
      '[{"traceId":"a","id":"b"},{"traceId":"a","id":"b"}]',
    )
  })
})
