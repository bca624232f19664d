import { redisLinkSettings } from '../../redis/index.ts'

export const redisLockSettings = { ...redisLinkSettings } as const
