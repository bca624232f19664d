import assert from 'node:assert/strict'
import { type HrTime, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { type SpanRecord, toZipkinSpan } from '../../src/telemetry/index.ts'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'

const SERVICE = 'shop'
const START_US = 1_767_225_600_000_000
const hrTime = (us: number): HrTime => [Math.floor(us / 1e6), (us % 1e6) * 1000]
const toUs = ([seconds, nanos]: HrTime): number => seconds * 1e6 + Math.round(nanos / 1000)

/** Spans of the SDK: each kind, parents, attributes, events, errors, times at the edges. */
async function makeSpans(): Promise<ReadableSpan[]> {
  const memory = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter: memory })],
  })
  const tracer = provider.getTracer('dapr-diagnostics')
  const root = tracer.startSpan(
    'CallLocal/Orders/Checkout',
    { kind: SpanKind.CLIENT, startTime: hrTime(START_US + 1) },
    ROOT_CONTEXT,
  )
  const inside = trace.setSpan(ROOT_CONTEXT, root)
  const kinds = [SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.INTERNAL]
  kinds.forEach((kind, i) => {
    const startUs = START_US + 999_999 + i
    const span = tracer.startSpan(`kind ${kind}`, { kind, startTime: hrTime(startUs) }, inside)
    span.setAttribute('http.request.method', 'GET')
    span.setAttribute('quotes', '"\\\u2028é\u0007')
    span.addEvent('retry', hrTime(startUs + 2))
    span.addEvent('retry again', hrTime(startUs + 3))
    if (i % 2 === 0) span.setStatus({ code: SpanStatusCode.ERROR, message: `Code(50${i}): no` })
    span.end(hrTime(startUs + 1_000_001 + i))
  })
  root.setAttribute('dapr.api', 'GET /v1.0/invoke/orders/method/checkout')
  root.setAttribute('10', 'ten')
  root.setAttribute('9', 'nine')
  root.end(hrTime(START_US + 2))
  await provider.forceFlush()
  return memory.getFinishedSpans()
}

/** The same span as a record of ours. */
const toRecord = (span: ReadableSpan): SpanRecord => ({
  context: {
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    flags: 1,
    traceState: undefined,
  },
  parentId: span.parentSpanContext?.spanId,
  name: span.name,
  kind: SpanKind[span.kind] as SpanRecord['kind'],
  startUs: toUs(span.startTime),
  durationUs: toUs(span.duration),
  attributes: Object.entries(span.attributes).flatMap(([key, value]) => [key, String(value)]),
  events: span.events.map(({ name, time }) => ({ timeUs: toUs(time), name })),
  error: span.status.message,
  remoteService: undefined,
})

/**
 * Where ours follows Go's exporter, which daprd uses, and the JavaScript one does not: names in lower case and
 * the instrumentation scope as a tag. Ours also names the other side, of which OpenTelemetry's model has no field.
 */
const withOurDifferences = (span: ZipkinSpan): ZipkinSpan => ({
  ...span,
  ...(span.name === undefined ? {} : { name: span.name.toLowerCase() }),
  tags: { ...span.tags, 'otel.scope.name': 'dapr-diagnostics' },
})

describe('our Zipkin encoding beside the official exporter [@opentelemetry/exporter-zipkin]', () => {
  test('makes the same JSON of the same spans, save the listed differences', async () => {
    const spans = await makeSpans()
    assert.equal(spans.length, 5)
    await using receiver = await startSpanReceiver()
    const exporter = new ZipkinExporter({ url: receiver.url })
    const result = await new Promise<{ code: number }>((resolve) => {
      exporter.export(spans, resolve)
    })
    assert.equal(result.code, 0)
    await exporter.shutdown()
    const ours = JSON.parse(
      encodeZipkinSpans(
        spans.map((span) => toZipkinSpan(toRecord(span), { serviceName: SERVICE })),
      ),
    ) as ZipkinSpan[]
    assert.deepEqual(ours, receiver.spans.map(withOurDifferences))
  })

  test('is said to be the same kind of message', async () => {
    await using receiver = await startSpanReceiver()
    const exporter = new ZipkinExporter({ url: receiver.url })
    exporter.export(await makeSpans(), () => undefined)
    await receiver.waitFor(({ posts }) => posts.length === 1)
    await exporter.shutdown()
    assert.match(receiver.posts[0]?.headers['content-type'] ?? '', /^application\/json/)
  })
})
