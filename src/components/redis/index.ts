export type { RedisArgument, RedisCommand } from './clients.ts'
export { RedisLink } from './link.ts'
export { redisLinkSettings } from './settings.ts'
export { type RedisFaultCode, redisFault, replyWord } from './trouble.ts'
