import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { createOtlpExporter } from '../../src/adapters/otlp/index.ts'
import { createZipkinExporter, type SpanRecord } from '../../src/telemetry/index.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { disk, START_US, startBackend } from '../e2e/backend-fixture.ts'
import {
  type OtlpRequest,
  type OtlpWireSpan,
  otlpRequests,
  otlpResponses,
} from '../support/otlp-protos.ts'
import { createForgetfulFiles } from '../unit/backend/forgetful-files.ts'
import { spanNamed } from '../unit/telemetry/held-exporter.ts'

type Backend = Awaited<ReturnType<typeof startBackend>>

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PROTOBUF = 'application/x-protobuf'
const never = new AbortController().signal
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const idOf = (n: number): string => (n + 1).toString(16).padStart(16, '0')

const wireSpan = (n: number): OtlpWireSpan => ({
  traceId: hex(TRACE_ID),
  spanId: hex(idOf(n)),
  name: `Span ${n}`,
  kind: 2,
  startTimeUnixNano: `${START_US}000`,
  endTimeUnixNano: `${START_US + 5}000`,
  attributes: [{ key: 'binaryAnnotations', value: { stringValue: 'of old' } }],
})
const requestOf = (...spans: OtlpWireSpan[]): OtlpRequest => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'Shop' } }] },
      scopeSpans: [{ spans }],
    },
  ],
})
const protobufOf = (...spans: OtlpWireSpan[]): Buffer => otlpRequests.encode(requestOf(...spans))
const jsonOf = (...spans: OtlpWireSpan[]): string =>
  JSON.stringify(
    requestOf(
      ...spans.map((span) => ({
        ...span,
        traceId: Buffer.from(span.traceId ?? []).toString('hex') as unknown as Uint8Array,
        spanId: Buffer.from(span.spanId ?? []).toString('hex') as unknown as Uint8Array,
      })),
    ),
  )

async function send(
  { url }: Backend,
  body: string | Uint8Array,
  contentType: string = PROTOBUF,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'Content-Type': contentType, ...headers },
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    body: Buffer.from(await response.arrayBuffer()),
  }
}
const readTrace = async (backend: Backend, traceId = TRACE_ID): Promise<ZipkinSpan[]> => {
  const { status, text } = await backend.get(`/api/v2/trace/${traceId}`)
  return status === 200 ? (JSON.parse(text) as ZipkinSpan[]) : []
}

describe('POST /v1/traces [OTLP/HTTP]', () => {
  const EXPECTED: ZipkinSpan = {
    traceId: TRACE_ID,
    id: idOf(0),
    kind: 'SERVER',
    name: 'span 0',
    timestamp: START_US,
    duration: 5,
    localEndpoint: { serviceName: 'shop' },
    tags: { binaryAnnotations: 'of old', 'service.name': 'Shop' },
  }

  for (const [what, body, type, headers, empty] of [
    ['protobuf', protobufOf(wireSpan(0)), PROTOBUF, {}, ''],
    [
      'protobuf, gzip',
      gzipSync(protobufOf(wireSpan(0))),
      PROTOBUF,
      { 'Content-Encoding': 'gzip' },
      '',
    ],
    ['JSON', jsonOf(wireSpan(0)), 'application/json; charset=utf-8', {}, '{}'],
    [
      'JSON, gzip',
      gzipSync(jsonOf(wireSpan(0))),
      'application/json',
      { 'Content-Encoding': 'GZIP' },
      '{}',
    ],
  ] as const)
    test(`stores ${what} and answers in kind`, async () => {
      await using backend = await startBackend()
      const answer = await send(backend, body, type, headers)
      assert.equal(answer.status, 200)
      assert.equal(answer.type, type.split(';')[0])
      assert.equal(answer.body.toString(), empty)
      assert.deepEqual(await readTrace(backend), [EXPECTED])
      const metrics = (await backend.get('/metrics')).text
      assert.match(metrics, /sidelight_backend_ingested_spans_total 1\n/)
      assert.match(metrics, /http_requests_total\{route="\/v1\/traces",status="200"\} 1\n/)
    })

  test('takes the good spans of a batch and tells of the bad ones', async () => {
    const bad = { ...wireSpan(1), traceId: Buffer.alloc(16) }
    await using backend = await startBackend()
    const answer = await send(backend, protobufOf(wireSpan(0), bad, wireSpan(2)))
    assert.equal(answer.status, 200)
    const { partialSuccess } = otlpResponses.decode(answer.body)
    assert.equal(partialSuccess?.rejectedSpans, '1')
    assert.match(partialSuccess?.errorMessage ?? '', /a trace id is 16 bytes/)
    assert.equal((await readTrace(backend)).length, 2)
    const json = await send(backend, jsonOf(wireSpan(0), bad), 'application/json')
    assert.equal(JSON.parse(json.body.toString()).partialSuccess.rejectedSpans, '1')
  })

  test('says so when a sender writes keys that OTLP has ignored', async () => {
    await using backend = await startBackend()
    const answer = await send(backend, '{"resource_spans":[{}]}', 'application/json')
    assert.equal(answer.status, 200)
    const { partialSuccess } = JSON.parse(answer.body.toString())
    assert.equal(partialSuccess.rejectedSpans, '0')
    assert.match(partialSuccess.errorMessage, /write resourceSpans for resource_spans/)
  })

  /** `google.rpc.Status`. */
  const statusOf = (body: Buffer, type: string | null): { code: number; message: string } => {
    if (type === 'application/json') return JSON.parse(body.toString())
    assert.equal(body[0], 0x08)
    return { code: body[1] ?? 0, message: body.subarray(body.indexOf(0x12) + 2).toString() }
  }

  for (const [what, body, type, status, code, words, reason] of [
    ['broken protobuf', hex('0a05'), PROTOBUF, 400, 3, /byte 2/, 'malformed'],
    ['broken JSON', '{', 'application/json', 400, 3, /not JSON/, 'malformed'],
    ['nothing but bad spans', protobufOf({}), PROTOBUF, 400, 3, /trace id/, 'malformed'],
    ['a body over the bound', Buffer.alloc(200_001), PROTOBUF, 413, 3, /200000 bytes/, 'too_large'],
    [
      'too many spans',
      protobufOf(...new Array<OtlpWireSpan>(1001).fill({})),
      PROTOBUF,
      413,
      3,
      /more than 1000 spans/,
      'too_many_spans',
    ],
  ] as const)
    test(`refuses ${what} with ${status} and a status in the sender's encoding`, async () => {
      await using backend = await startBackend()
      const answer = await send(backend, body, type)
      assert.equal(answer.status, status)
      assert.equal(answer.type, type)
      const told = statusOf(answer.body, answer.type)
      assert.equal(told.code, code)
      assert.match(told.message, words)
      assert.match(
        (await backend.get('/metrics')).text,
        new RegExp(`dropped_messages_total\\{reason="${reason}"\\} 1\\n`),
      )
    })

  test('refuses what inflates over the bound, and what is no gzip', async () => {
    await using backend = await startBackend()
    const gzip = { 'Content-Encoding': 'gzip' }
    assert.equal((await send(backend, gzipSync(Buffer.alloc(200_001)), PROTOBUF, gzip)).status, 413)
    assert.equal((await send(backend, 'x', PROTOBUF, gzip)).status, 400)
  })

  test('answers 415 to other types and packings, and 405 to a GET', async () => {
    await using backend = await startBackend()
    const body = protobufOf(wireSpan(0))
    assert.equal((await send(backend, body, 'text/plain')).status, 415)
    assert.equal((await send(backend, body, 'application/grpc')).status, 415)
    const zstd = { 'Content-Encoding': 'zstd' }
    assert.equal((await send(backend, body, PROTOBUF, zstd)).status, 415)
    assert.deepEqual(await readTrace(backend), [])
    assert.equal((await backend.get('/v1/traces')).status, 405)
  })

  test('answers 503 with a pause when the disk fails, and keeps what it has answered 200', async () => {
    const files = createForgetfulFiles()
    const store = disk('/spans')
    {
      await using backend = await startBackend({ store }, { files })
      assert.equal((await send(backend, protobufOf(wireSpan(0)))).status, 200)
      files.failing = { call: 'sync', code: 'EIO' }
      const answer = await send(backend, protobufOf(wireSpan(1)))
      assert.equal(answer.status, 503)
      assert.equal(answer.retryAfter, '1')
      assert.equal(statusOf(answer.body, answer.type).code, 14)
      files.failing = undefined
    }
    await using again = await startBackend({ store }, { files: files.cutPower() })
    assert.deepEqual(await readTrace(again), [EXPECTED])
  })

  test('takes what the official exporter sends', async () => {
    await using backend = await startBackend()
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 }),
      sampler: new AlwaysOnSampler(),
      spanProcessors: [
        new SimpleSpanProcessor({
          exporter: new OTLPTraceExporter({ url: `${backend.url}/v1/traces` }),
        }),
      ],
    })
    const span = provider.getTracer('http', '1.2').startSpan('GET /', {
      attributes: { 'http.response.status_code': 200, sizes: [1, 2] },
    })
    span.addEvent('retry', { attempt: 1 })
    span.end()
    await provider.forceFlush()
    await provider.shutdown()
    const [stored] = await readTrace(backend, span.spanContext().traceId)
    assert.equal(stored?.name, 'get /')
    assert.equal(stored?.annotations?.[0]?.value, 'retry: {"attempt":1}')
    assert.deepEqual(stored?.tags, {
      'http.response.status_code': '200',
      sizes: '[1,2]',
      'service.name': 'shop',
      'process.pid': '7',
      'otel.scope.name': 'http',
      'otel.scope.version': '1.2',
    })
  })
})

describe('the same span by either protocol', () => {
  const resource = { serviceName: 'Shop', attributes: { 'deployment.environment': 'test' } }

  /** What both backends show of it. */
  async function compare(records: readonly SpanRecord[]): Promise<void> {
    await using byZipkin = await startBackend()
    await using byOtlp = await startBackend()
    const zipkin = createZipkinExporter(
      `${byZipkin.url}/api/v2/spans`,
      resource,
      async (url, type, body) =>
        fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } }),
      String,
    )
    await using otlp = await createOtlpExporter(
      {
        endpointAddress: `127.0.0.1:${byOtlp.port}`,
        protocol: 'http',
        isSecure: false,
        headers: {},
        timeoutMs: 5_000,
      },
      resource,
    )
    assert.deepEqual(await zipkin.export(records, never), { kind: 'exported' })
    assert.deepEqual(await otlp.export(records, never), { kind: 'exported' })
    for (const traceId of new Set(records.map(({ context }) => context.traceId)))
      assert.deepEqual(
        (await readTrace(byOtlp, traceId)).sort((a, b) => (a.id < b.id ? -1 : 1)),
        (await readTrace(byZipkin, traceId)).sort((a, b) => (a.id < b.id ? -1 : 1)),
      )
    for (const path of ['services', 'spans?serviceName=shop', 'remoteServices?serviceName=shop'])
      assert.deepEqual(
        await byOtlp.getJson(`/api/v2/${path}`),
        await byZipkin.getJson(`/api/v2/${path}`),
        path,
      )
  }

  test('reads the same: each kind, errors, events, the other side, tracestate', async () => {
    const kinds = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', 'INTERNAL'] as const
    const api = spanNamed('/v1.0/metadata')
    await compare([
      ...kinds.map(
        (kind, n): SpanRecord => ({
          ...spanNamed(`CallLocal/Orders/${kind}`),
          context: {
            traceId: TRACE_ID,
            spanId: idOf(n),
            flags: 1,
            traceState: 'ot=th:8;rv:00000000000001',
          },
          parentId: idOf(99),
          kind,
          durationUs: n + 1,
          attributes: ['dapr.api', 'GET /x', 'twice', '1', 'twice', '2'],
          events: [
            { timeUs: START_US + 9, name: 'later' },
            { timeUs: START_US + 3, name: 'retry', attributes: { attempt: 2, reason: 'a "b"' } },
          ],
          error: n % 2 === 0 ? 'Code(404): Not Found' : undefined,
          remoteService: 'Orders',
        }),
      ),
      {
        ...api,
        context: { ...api.context, spanId: idOf(50) },
        attributes: ['server.address', '127.0.0.1', 'server.port', '1234'],
      },
    ])
  })

  test('reads the same, whatever it holds', async function () {
    this.timeout(30_000)
    const text = fc.string({ unit: 'grapheme', maxLength: 8 })
    const key = text.filter((one) => one !== '' && one !== 'error' && one !== '__proto__')
    const span = fc.record({
      name: text,
      kind: fc.constantFrom('CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', 'INTERNAL'),
      startUs: fc.integer({ min: 1, max: 9e12 }).map((us) => us + START_US),
      durationUs: fc.integer({ min: 1, max: 1e12 }),
      attributes: fc.array(fc.tuple(key, text), { maxLength: 4 }).map((pairs) => pairs.flat()),
      events: fc.array(
        fc.record(
          {
            timeUs: fc.integer({ min: START_US, max: START_US + 1e9 }),
            name: text,
            attributes: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(text, fc.nat()), {
              minKeys: 1,
            }),
          },
          { requiredKeys: ['timeUs', 'name'] },
        ),
        { maxLength: 3 },
      ),
      error: fc.option(text, { nil: undefined }),
      remoteService: fc.option(text, { nil: undefined }),
      parentId: fc.option(fc.nat().map(idOf), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 8 }), (spans) =>
        compare(
          spans.map((one, n) => ({
            ...one,
            context: { traceId: TRACE_ID, spanId: idOf(n), flags: 1, traceState: undefined },
          })) as SpanRecord[],
        ),
      ),
      { numRuns: 40 },
    )
  })
})
