import type { Driver } from '../../index.ts'
import type { Middleware } from '../contract.ts'
import { createRateLimit } from './handler.ts'
import { rateLimitSettings } from './settings.ts'

/** @see dapr components-contrib `middleware/http/ratelimit` */
export const rateLimitDriver: Driver<Middleware, typeof rateLimitSettings> = {
  type: 'middleware.http.ratelimit',
  versions: ['v1'],
  doc: 'Refuses what an address sends beyond a rate, by 429.',
  settings: rateLimitSettings,
  open: async ({ maxRequestsPerSecond }, { clock }) => createRateLimit(maxRequestsPerSecond, clock),
}
