import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem } from '../../src/base/problem.ts'
import type { Result } from '../../src/base/result.ts'
import { decodeOtlpJson } from '../../src/wire/otlp-json.ts'
import { decodeOtlpProtobuf } from '../../src/wire/otlp-protobuf.ts'
import type { OtlpResourceSpans } from '../../src/wire/otlp-span.ts'
import { otlpToZipkin } from '../../src/wire/otlp-to-zipkin.ts'
import { decodeZipkinSpans, encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { startBackend } from '../e2e/backend-fixture.ts'
import { type OtlpRequest, otlpRequests } from '../support/otlp-protos.ts'

const LIMITS = { maxSpans: 1_000 }
const text = fc.string({ unit: 'grapheme', maxLength: 10 })
const ids = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((id) => Buffer.from(id))
/** Mostly valid. */
const idField = (size: number) =>
  fc.oneof(
    { weight: 9, arbitrary: ids(size) },
    fc.uint8Array({ maxLength: 40 }).map((id) => Buffer.from(id)),
  )
const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
const { value } = fc.letrec<{ value: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
    fc.record({ doubleValue: fc.double() }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 }),
      }),
    }),
  ),
}))
const attributes = fc.array(fc.record({ key: text, value }), { maxLength: 4 })
const span = fc.record(
  {
    traceId: idField(16),
    spanId: idField(8),
    parentSpanId: fc.oneof(fc.constant(Buffer.alloc(0)), idField(8)),
    traceState: text,
    name: text,
    kind: fc.nat({ max: 9 }),
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes,
    droppedAttributesCount: fc.nat(),
    events: fc.array(fc.record({ timeUnixNano: nanos, name: text, attributes }), { maxLength: 2 }),
    links: fc.array(
      fc.record({ traceId: idField(16), spanId: idField(8), traceState: text, attributes }),
      { maxLength: 2 },
    ),
    status: fc.record({ code: fc.nat({ max: 4 }), message: text }),
  },
  { requiredKeys: ['traceId', 'spanId'], noNullPrototype: true },
)
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({
            name: fc.oneof(text, fc.constant('dapr-diagnostics')),
            version: text,
          }),
          spans: fc.array(span, { maxLength: 3 }),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
}) as unknown as fc.Arbitrary<OtlpRequest>

const countSpans = ({ resourceSpans = [] }: OtlpRequest): number =>
  resourceSpans
    .flatMap(({ scopeSpans = [] }) => scopeSpans)
    .reduce((sum, { spans = [] }) => sum + spans.length, 0)

/** The form that OTLP gives to JSON: ids in hex. */
const toJson = (sent: OtlpRequest): string =>
  JSON.stringify(sent, (_key, field: unknown) => {
    if (typeof field === 'number' && !Number.isFinite(field)) return String(field)
    const isBytes =
      typeof field === 'object' && field !== null && (field as { type?: unknown }).type === 'Buffer'
    return isBytes ? Buffer.from((field as { data: number[] }).data).toString('hex') : field
  })

function judge(decoded: Result<readonly OtlpResourceSpans[], Problem>): readonly ZipkinSpan[] {
  if (!decoded.ok) {
    assert.match(decoded.error.code, /^OTLP_/)
    assert.notEqual(decoded.error.message, '')
    return []
  }
  const { spans } = otlpToZipkin(decoded.value)
  const stored = decodeZipkinSpans(new TextEncoder().encode(encodeZipkinSpans(spans)))
  assert.ok(stored.ok, stored.ok ? '' : stored.error)
  assert.equal(stored.value.length, spans.length)
  return spans
}

describe('OTLP, with anything', () => {
  test('loses no span: each is converted or counted as rejected, by either encoding the same', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const byProtobuf = decodeOtlpProtobuf(otlpRequests.encode(sent), LIMITS)
        const byJson = decodeOtlpJson(new TextEncoder().encode(toJson(sent)), LIMITS)
        assert.ok(byProtobuf.ok)
        const { spans, rejectedSpans } = otlpToZipkin(byProtobuf.value)
        assert.equal(spans.length + rejectedSpans, countSpans(sent))
        assert.ok(byJson.ok, byJson.ok ? '' : byJson.error.message)
        assert.equal(encodeZipkinSpans(otlpToZipkin(byJson.value).spans), encodeZipkinSpans(spans))
        judge(byProtobuf)
      }),
      { numRuns: 200 },
    )
  })

  test('never throws on bytes, on JSON, or on requests with a piece changed', () => {
    const cut = (bytes: Uint8Array, at: number, length: number, put: Uint8Array): Uint8Array => {
      const place = bytes.length === 0 ? 0 : at % bytes.length
      return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + length)])
    }
    const mutation = fc.tuple(fc.nat(), fc.nat({ max: 5 }), fc.uint8Array({ maxLength: 5 }))
    fc.assert(
      fc.property(
        request,
        mutation,
        fc.uint8Array(),
        fc.json(),
        (sent, [at, length, put], junk, json) => {
          const encode = new TextEncoder()
          const sentJson = encode.encode(toJson(sent))
          for (const body of [junk, otlpRequests.encode(sent)]) {
            judge(decodeOtlpProtobuf(body, LIMITS))
            judge(decodeOtlpProtobuf(cut(body, at, length, put), LIMITS))
          }
          for (const body of [
            junk,
            sentJson,
            encode.encode(json),
            encode.encode(`{"resourceSpans":[{"scopeSpans":[{"spans":[${json}]}]}]}`),
          ]) {
            judge(decodeOtlpJson(body, LIMITS))
            judge(decodeOtlpJson(cut(body, at, length, put), LIMITS))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is bounded where a small body makes many things', () => {
    const field = (tag: number, inner: Uint8Array): Buffer => {
      const length: number[] = []
      let rest = inner.length
      for (; rest > 0x7f; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80)
      return Buffer.concat([Buffer.from([tag, ...length, rest]), inner])
    }
    // Resources of two bytes each, and attributes of two bytes each.
    const resources = Buffer.alloc(6_000_000, Buffer.from([0x0a, 0x00]))
    const attributesOnly = field(0x0a, field(0x0a, resources))
    for (const body of [resources, attributesOnly]) {
      const decoded = decodeOtlpProtobuf(body, LIMITS)
      assert.ok(!decoded.ok)
      assert.equal(decoded.error.code, 'OTLP_TOO_LARGE')
    }
  })
})

describe('POST /v1/traces, with anything', () => {
  test('shows each span that it took, and nothing of what it refused', async function () {
    this.timeout(30_000)
    await using backend = await startBackend()
    const post = async (body: Uint8Array | string, type: string) =>
      fetch(`${backend.url}/v1/traces`, {
        method: 'POST',
        body: body as BodyInit,
        headers: { 'Content-Type': type },
      })
    await fc.assert(
      fc.asyncProperty(request, fc.boolean(), fc.nat(), async (sent, asJson, at) => {
        const whole: Uint8Array = asJson ? Buffer.from(toJson(sent)) : otlpRequests.encode(sent)
        // Every third body is cut somewhere.
        const body = at % 3 === 0 ? whole.subarray(0, at % (whole.length + 1)) : whole
        const response = await post(body, asJson ? 'application/json' : 'application/x-protobuf')
        assert.ok([200, 400].includes(response.status), String(response.status))
        if (response.status !== 200) return
        const decode = asJson ? decodeOtlpJson : decodeOtlpProtobuf
        for (const { traceId, id } of judge(decode(body, LIMITS))) {
          const trace = await fetch(`${backend.url}/api/v2/trace/${traceId}`)
          assert.equal(trace.status, 200, `${traceId} was taken and is not there`)
          const spans = (await trace.json()) as ZipkinSpan[]
          assert.ok(spans.some((one) => one.id === id))
        }
      }),
      { numRuns: 60 },
    )
    assert.equal((await fetch(`${backend.url}/health`)).status, 200)
  })
})
