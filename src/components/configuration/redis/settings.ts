import { settings } from '../../index.ts'
import { redisLinkSettings } from '../../redis/index.ts'

export const redisConfigurationSettings = {
  ...redisLinkSettings,
  redisMinRetryInterval: settings.duration(
    'First wait before a repetition; doubled each time.',
    '8ms',
  ),
} as const
