import assert from 'node:assert/strict'
import { readTrace } from '../../../../src/wire/trace/trace.ts'
import type { ZipkinSpan } from '../../../../src/wire/zipkin-span.ts'
import { makeSpan, spanId } from '../../../support/make-span.ts'

const client = (more: Partial<ZipkinSpan> = {}): ZipkinSpan =>
  makeSpan('a', 'storefront', [1000, 100], { kind: 'CLIENT', ...more })
const server = (startUs: number, durationUs: number, more: Partial<ZipkinSpan> = {}): ZipkinSpan =>
  makeSpan('b', 'orders', [startUs, durationUs], { kind: 'SERVER', parent: 'a', ...more })

function startOf(name: string, ...spans: ZipkinSpan[]): number | undefined {
  return readTrace(spans)?.byKey.get(spanId(name))?.startUs
}

describe('adjustClockSkew', () => {
  test('centers a server that starts before its client [zipkin-lens: clock-skew]', () => {
    assert.equal(startOf('b', client(), server(400, 60)), 1020)
  })

  test('moves the server’s own spans along, and another host’s not', () => {
    const spans = [
      client(),
      server(400, 60),
      makeSpan('c', 'orders', [420, 10], { parent: 'b' }),
      makeSpan('d', 'redis', [1040, 10], { parent: 'c' }),
    ]
    assert.equal(startOf('c', ...spans), 1040)
    assert.equal(startOf('d', ...spans), 1040)
  })

  test('starts a server that lasts longer than its client just after it', () => {
    assert.equal(startOf('b', client(), server(400, 500)), 1001)
  })

  test('leaves a server that starts after its client, and says that nothing moved', () => {
    const trace = readTrace([client(), server(1000, 60)])
    assert.equal(trace?.skewUs, 0)
    assert.equal(trace?.byKey.get(spanId('b'))?.startUs, 1000)
  })

  test('leaves two spans of one address', () => {
    const here = { serviceName: 'storefront', ipv4: '10.0.0.1' }
    const alsoHere = { serviceName: 'orders', ipv4: '10.0.0.1' }
    assert.equal(
      startOf('b', client({ localEndpoint: here }), server(400, 60, { localEndpoint: alsoHere })),
      400,
    )
  })

  test('names the largest shift', () => {
    assert.equal(readTrace([client(), server(400, 60)])?.skewUs, 620)
  })
})
