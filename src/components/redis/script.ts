import { createHash } from 'node:crypto'
import type { RedisArgument } from './clients.ts'
import type { RedisLink } from './link.ts'
import { replyWord } from './trouble.ts'

/** What Redis does as one step. */
export interface RedisScript {
  readonly text: string
  readonly sha1: string
}

export const redisScript = (text: string): RedisScript => ({
  text,
  sha1: createHash('sha1').update(text).digest('hex'),
})

/** Sends the name of the script, and the script itself to a Redis that does not know it. */
export async function runScript(
  link: Pick<RedisLink, 'send'>,
  script: RedisScript,
  keys: readonly string[],
  values: readonly RedisArgument[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...values]
  const key = keys[0] ?? ''
  try {
    return await link.send({ args: ['EVALSHA', script.sha1, ...rest], key })
  } catch (error) {
    if (replyWord(error) !== 'NOSCRIPT') throw error
    return link.send({ args: ['EVAL', script.text, ...rest], key })
  }
}
