import { redisScript } from '../../redis/index.ts'

/** What `unlockScript` answers. */
export const unlocked = { released: 1, missing: -1, others: -2 } as const

/** Only its owner gives a lock back: comparing and deleting are one step. @see dapr components-contrib `lock/redis` */
export const unlockScript = redisScript(`
local owner = redis.call('GET', KEYS[1])
if not owner then return ${unlocked.missing} end
if owner ~= ARGV[1] then return ${unlocked.others} end
redis.call('DEL', KEYS[1])
return ${unlocked.released}
`)
