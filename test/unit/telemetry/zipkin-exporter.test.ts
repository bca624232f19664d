import assert from 'node:assert/strict'
import {
  createZipkinExporter,
  type Send,
  type SpanRecord,
  toZipkinSpan,
} from '../../../src/telemetry/index.ts'
import { spanNamed } from './held-exporter.ts'

const BARE = spanNamed('CallLocal/Orders/Checkout')

const SHOP = { serviceName: 'shop' }

describe('toZipkinSpan [opentelemetry-go: exporters/zipkin/model.go]', () => {
  test('maps a bare root', () => {
    assert.deepEqual(toZipkinSpan(BARE, SHOP), {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      id: '00f067aa0ba902b7',
      kind: 'CLIENT',
      name: 'calllocal/orders/checkout',
      timestamp: 1_767_225_600_000_000,
      duration: 7,
      localEndpoint: { serviceName: 'shop' },
      tags: { 'otel.scope.name': 'dapr-diagnostics', 'service.name': 'shop' },
    })
  })

  test('maps all that a span can hold', () => {
    const full: SpanRecord = {
      ...BARE,
      parentId: 'b7ad6b7169203331',
      kind: 'SERVER',
      attributes: ['a', '1', 'a', '2'],
      events: [
        { timeUs: 5, name: 'begun' },
        { timeUs: 6, name: 'retry', attributes: { attempt: 1, reason: '503' } },
      ],
      error: 'Code(404): Not Found',
      remoteService: 'orders',
    }
    const span = toZipkinSpan(full, SHOP)
    assert.equal(span.parentId, 'b7ad6b7169203331')
    assert.equal(span.kind, 'SERVER')
    assert.deepEqual(span.remoteEndpoint, { serviceName: 'orders' })
    assert.deepEqual(span.annotations, [
      { timestamp: 5, value: 'begun' },
      { timestamp: 6, value: 'retry: {"attempt":1,"reason":"503"}' },
    ])
    assert.equal(span.tags?.a, '2')
    assert.equal(span.tags?.['otel.status_code'], 'ERROR')
    assert.equal(span.tags?.error, 'Code(404): Not Found')
  })

  test('has a kind for each but the local one', () => {
    const kinds = (['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', 'INTERNAL'] as const).map(
      (kind) => toZipkinSpan({ ...BARE, kind }, SHOP).kind,
    )
    assert.deepEqual(kinds, ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', undefined])
  })
})

describe('createZipkinExporter', () => {
  const signal = new AbortController().signal
  const answering = (answer: Awaited<ReturnType<Send>>) =>
    createZipkinExporter(
      'http://collector/api/v2/spans',
      SHOP,
      async () => answer,
      () => 'unused',
    )

  test('posts a JSON list to the endpoint, with the signal', async () => {
    const calls: Parameters<Send>[] = []
    const exporter = createZipkinExporter(
      'http://collector/api/v2/spans',
      SHOP,
      async (...args) => {
        calls.push(args)
        return { status: 202 }
      },
      () => 'unused',
    )
    assert.deepEqual(await exporter.export([BARE, BARE], signal), { kind: 'exported' })
    const [url, type, body, given] = calls[0] ?? []
    assert.deepEqual(
      [url, type, given],
      ['http://collector/api/v2/spans', 'application/json', signal],
    )
    assert.equal((JSON.parse(body ?? '') as unknown[]).length, 2)
  })

  for (const status of [200, 202, 204, 299])
    test(`takes ${status} for delivered`, async () =>
      assert.deepEqual(await answering({ status }).export([BARE], signal), { kind: 'exported' }))

  for (const status of [301, 400, 401, 404, 413, 501, 505])
    test(`takes ${status} for a final no`, async () =>
      assert.deepEqual(await answering({ status }).export([BARE], signal), {
        kind: 'refused',
        reason: `the receiver answered ${status}`,
      }))

  for (const status of [408, 425, 429, 500, 502, 503, 504])
    test(`takes ${status} for "later", with the pause that is asked for`, async () => {
      assert.deepEqual(await answering({ status, retryAfterMs: 3_000 }).export([BARE], signal), {
        kind: 'failed',
        reason: `the receiver answered ${status}`,
        retryAfterMs: 3_000,
      })
      assert.deepEqual(await answering({ status }).export([BARE], signal), {
        kind: 'failed',
        reason: `the receiver answered ${status}`,
      })
    })

  test('does not reject when nobody answers', async () => {
    const exporter = createZipkinExporter(
      'http://collector',
      SHOP,
      () => Promise.reject(new Error('secret inside')),
      () => 'nobody listens',
    )
    assert.deepEqual(await exporter.export([BARE], signal), {
      kind: 'failed',
      reason: 'nobody listens',
    })
  })
})
