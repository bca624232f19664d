import { startRedis } from '../../support/real-redis.ts'
import { messageCost } from './message-cost.ts'
import { stateCost } from './state-cost.ts'

export async function benchBlocks(options: {
  readonly rounds: number
  readonly seconds: number
}): Promise<string> {
  await using redis = await startRedis({
    skip() {
      throw new Error('redis-server is needed')
    },
  })
  const state = await stateCost(redis, options)
  const messages = await messageCost(redis, options)
  return [
    `One sidecar without tracing, 32 connections, 1000 operations a second on schedule, then as many as go. Added: to the same record asked of Redis directly, in the same round. CPU is the sidecar's (directly: Redis'). Median (min–max) of ${options.rounds} rounds of ${options.seconds} s.`,
    '',
    state,
    '',
    `Publish to handler. ${messages}`,
  ].join('\n')
}
