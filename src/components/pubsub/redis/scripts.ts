/** Keeps a message that this consumer has read and not begun. 0: another consumer has it by now. */
export const RENEW = `
local mine = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if #mine == 0 then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID')
return 1
`

/**
 * Hands messages back that this consumer has and will not handle: they count as idle for ARGV[3] ms, and as delivered
 * ARGV[4] times. What another consumer has taken meanwhile stays with it.
 */
export const RELEASE = `
for i = 5, #ARGV do
  local mine = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if #mine > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i],
      'IDLE', ARGV[3], 'RETRYCOUNT', ARGV[4], 'JUSTID')
  end
end
return 1
`

/**
 * Removes consumers whose name begins with ARGV[2], that have been idle for ARGV[3] ms and have no messages. One with
 * messages must stay: removing it would make them nobody's.
 */
export const REMOVE_CONSUMERS = `
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #info, 2 do consumer[info[i]] = info[i + 1] end
  if string.sub(consumer.name, 1, #ARGV[2]) == ARGV[2]
    and consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
  end
end
return 1
`
