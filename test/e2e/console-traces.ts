import { createSystemClock } from '../../src/base/clock.ts'
import { createIdSource } from '../../src/base/ids.ts'
import type { ZipkinKind, ZipkinSpan } from '../../src/wire/zipkin-span.ts'

const ids = createIdSource()
const clock = createSystemClock()

/** Epoch µs, `seconds` ago. */
export const secondsAgo = (seconds: number): number => clock.nowUs() - seconds * 1_000_000

interface Call {
  readonly from: string
  readonly to: string
  readonly method: string
  readonly startUs: number
  readonly durationUs: number
  readonly parentId?: string
  /** What went wrong, if it did. */
  readonly error?: string
}

/** One checkout in the shop: storefront → orders → inventory, as the sidecars report it. 5 spans. */
export function checkout(
  startUs: number,
  options: { durationUs?: number; error?: string; skewUs?: number; parentId?: string } = {},
): ZipkinSpan[] {
  const traceId = ids.traceId()
  const { durationUs = 40_000, error, skewUs = 0 } = options
  const first = call(traceId, {
    from: 'storefront',
    to: 'orders',
    method: 'checkout',
    startUs,
    durationUs,
    ...(options.parentId !== undefined && { parentId: options.parentId }),
    ...(error !== undefined && { error: 'inventory answered 409' }),
  })
  const orders = first[1]
  const second = call(traceId, {
    from: 'orders',
    to: 'inventory',
    method: 'reserve',
    startUs: startUs + durationUs * 0.3,
    durationUs: durationUs * 0.4,
    parentId: orders.id,
    ...(error !== undefined && { error }),
  })
  const shifted = [{ ...orders, timestamp: (orders.timestamp ?? 0) - skewUs }]
  const local: ZipkinSpan = {
    traceId,
    id: ids.spanId(),
    parentId: orders.id,
    name: 'price basket',
    timestamp: Math.round(startUs + durationUs * 0.8) - skewUs,
    duration: Math.round(durationUs * 0.05),
    localEndpoint: { serviceName: 'orders' },
  }
  return [first[0], ...shifted, ...second, local]
}

function call(traceId: string, c: Call): [ZipkinSpan, ZipkinSpan] {
  const clientId = ids.spanId()
  const side = (kind: ZipkinKind, service: string, at: number, share: number): ZipkinSpan => ({
    traceId,
    id: kind === 'CLIENT' ? clientId : ids.spanId(),
    kind,
    name: `calllocal/${c.to}/${c.method}`,
    timestamp: Math.round(c.startUs + c.durationUs * at),
    duration: Math.round(c.durationUs * share),
    localEndpoint: { serviceName: service },
    tags: {
      'dapr.api': `POST /v1.0/invoke/${c.to}/method/${c.method}`,
      'dapr.protocol': 'http',
      'dapr.status_code': c.error === undefined ? '200' : '409',
      'http.request.method': 'POST',
      'net.peer.name': c.to,
      'rpc.service': 'ServiceInvocation',
      'service.name': service,
      ...(c.error !== undefined && { error: c.error, 'otel.status_code': 'ERROR' }),
    },
    annotations:
      kind === 'CLIENT' ? [{ timestamp: Math.round(c.startUs + 50), value: 'first byte' }] : [],
  })
  const client = side('CLIENT', c.from, 0, 1)
  const server = side('SERVER', c.to, 0.1, 0.8)
  return [
    {
      ...client,
      remoteEndpoint: { serviceName: c.to },
      ...(c.parentId !== undefined && { parentId: c.parentId }),
    },
    { ...server, parentId: clientId },
  ]
}

/** A wide, shallow trace of `count` spans; number 7000 failed when there are that many. */
export function bigTrace(startUs: number, count: number): ZipkinSpan[] {
  const traceId = ids.traceId()
  const rootId = ids.spanId()
  const services = ['search', 'indexer', 'disk']
  return Array.from({ length: count }, (_, i) => ({
    traceId,
    id: i === 0 ? rootId : ids.spanId(),
    ...(i > 0 && { parentId: rootId }),
    name: i === 0 ? 'nightly reindex' : `index page ${i}`,
    timestamp: startUs + i * 100,
    duration: i === 0 ? count * 100 : 90,
    localEndpoint: { serviceName: services[i % services.length] ?? 'search' },
    ...(i === 7000 && { tags: { error: 'page is torn' } }),
  }))
}
