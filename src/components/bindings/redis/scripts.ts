import { redisScript } from '../../redis/index.ts'

/** Redis 4 has no GETDEL. */
export const takeScript = redisScript(
  "local value = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return value",
)

/** ARGV[1]: seconds, or nothing. */
export const incrementScript = redisScript(
  "redis.call('INCR', KEYS[1]) if ARGV[1] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return 1",
)
