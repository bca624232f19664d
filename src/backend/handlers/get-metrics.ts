import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'

export const getMetrics =
  ({ meter, store, samples }: BackendParts): Handler =>
  async () => {
    const { contentType, text } = await meter.expose(store, samples)
    return { status: 200, headers: ['Content-Type', contentType], body: text }
  }
