import { settings } from '../../index.ts'
import { redisLinkSettings } from '../../redis/index.ts'

export const redisSettings = {
  ...redisLinkSettings,
  ttlInSeconds: settings.whole(
    'How long a record lives that says nothing about it. 0: no end is set, and an end that is set stays.',
    0,
    { min: -1 },
  ),
} as const
