import { redisLinkSettings } from '../../redis/index.ts'

export const redisBindingSettings = { ...redisLinkSettings } as const
