import { redisScript } from '../../redis/index.ts'

/** Arguments of one operation of `writeScript`, in this order. */
export const WRITE_ARGUMENTS = 5

/** What `writeScript` answers. Anything but `done` has written nothing. */
export const written = { done: 0, changed: 1, firstWrite: 2, gone: 3, foreign: 4 } as const

/**
 * One operation or a whole transaction: all are checked, then all are done. For each key five arguments: `set` or
 * `del`; the ETag, `0` for none; `1` for a first write; the TTL in seconds, empty for none, `0` to end one; the value.
 *
 * The layout and the rules are those of Dapr's own two scripts. Theirs run one by one in MULTI and EXEC, so that of a
 * transaction with one stale ETag the rest is written; here nothing is.
 *
 * @see dapr components-contrib `state/redis/redis.go`
 */
export const writeScript = redisScript(`
local others = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * ${WRITE_ARGUMENTS}
  local version = redis.pcall('HGET', key, 'version')
  if type(version) == 'table' then
    others[key] = true
  elseif not version or version == '' then
    if ARGV[at + 1] == 'del' and ARGV[at + 2] ~= '0' then return ${written.gone} end
  elseif not string.match(version, '^%-?%d+$') then
    return ${written.foreign}
  elseif ARGV[at + 2] ~= '0' then
    if version ~= ARGV[at + 2] then return ${written.changed} end
  elseif ARGV[at + 1] == 'set' and redis.call('HEXISTS', key, 'first-write') == 1 then
    return ${written.firstWrite}
  end
end
for i, key in ipairs(KEYS) do
  local at = (i - 1) * ${WRITE_ARGUMENTS}
  if ARGV[at + 1] == 'del' then
    redis.call('DEL', key)
  else
    if others[key] then
      redis.call('DEL', key)
      others[key] = nil
    end
    redis.call('HSET', key, 'data', ARGV[at + 5])
    if ARGV[at + 3] == '1' then redis.call('HSET', key, 'first-write', 0) end
    redis.call('HINCRBY', key, 'version', 1)
    if ARGV[at + 4] == '0' then
      redis.call('PERSIST', key)
    elseif ARGV[at + 4] ~= '' then
      redis.call('EXPIRE', key, ARGV[at + 4])
    end
  end
end
return ${written.done}
`)
