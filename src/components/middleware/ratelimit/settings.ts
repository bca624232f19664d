import { settings } from '../../index.ts'

export const rateLimitSettings = {
  maxRequestsPerSecond: settings.number('Requests of one address in a second.', 100, {
    above: 0,
  }),
} as const
