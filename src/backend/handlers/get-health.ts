import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import type { TraceStoreHealth } from '../store/contract.ts'

/** 503 as soon as the store takes nothing more, in the words that Zipkin's checkers read. */
export const getHealth =
  ({ settings, store }: BackendParts): Handler =>
  () => {
    const health = store.health()
    return {
      status: health.isUp ? 200 : 503,
      headers: ['Content-Type', 'application/json'],
      body: JSON.stringify(describe(settings.store.kind, health), undefined, 2),
    }
  }

function describe(kind: string, health: TraceStoreHealth) {
  const status = health.isUp ? 'UP' : 'DOWN'
  const component =
    health.error === undefined ? { status } : { status, details: { error: health.error } }
  return { status, zipkin: { status, details: { [`TraceStore{${kind}}`]: component } } }
}
