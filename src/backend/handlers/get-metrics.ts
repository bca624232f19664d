import { exposeMetrics } from '../../net/index.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'

export const getMetrics =
  ({ meter, store, samples, clock }: BackendParts): Handler =>
  ({ request }) =>
    exposeMetrics({ families: () => meter.families(store, samples) }, request, clock)
