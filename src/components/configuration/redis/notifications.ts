import type { RedisLink } from '../../redis/index.ts'

const SETTING = 'notify-keyspace-events'
/** By channels of keys: texts that are set, keys that are deleted or renamed, expire or are evicted. */
const NEEDED = [...'K$gxe']
/** `A` stands for all kinds of events. */
const ALL = 'A'

/** Of another program's flags none is taken away. Told again to a Redis that restarted: it has forgotten. */
export async function enableNotifications(link: Pick<RedisLink, 'send' | 'run'>): Promise<void> {
  const answer = await link.run(true, () => link.send({ args: ['CONFIG', 'GET', SETTING] }))
  const flags = Array.isArray(answer) ? String(answer[1] ?? '') : ''
  const has = (flag: string): boolean =>
    flags.includes(flag) || (flag !== 'K' && flags.includes(ALL))
  const missing = NEEDED.filter((flag) => !has(flag))
  if (missing.length === 0) return
  const value = `${flags}${missing.join('')}`
  await link.run(true, () => link.send({ args: ['CONFIG', 'SET', SETTING, value] }))
}

/** Channel of a key's events; also a pattern, in which the key stands for itself. */
export const channelPrefix = (database: number): string => `__keyspace@${database}__:`

/** `*`, `?`, `[` and `\` would match other keys. */
export const literal = (key: string): string => key.replace(/[*?[\]\\]/g, '\\$&')
