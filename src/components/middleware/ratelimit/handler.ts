import type { Clock } from '../../../base/clock.ts'
import { createTokenBucket, type TokenBucket } from '../../../telemetry/index.ts'
import type { Middleware } from '../contract.ts'
import { plainReply } from '../plain-reply.ts'

/** The one that was quiet for longest is forgotten, and begins anew: memory stays bounded. */
const MAX_ADDRESSES = 10_000
/** daprd's words. A second later there is room again. */
const REFUSED = plainReply(429, 'You have reached maximum request limit.', ['Retry-After', '1'])

/** By the address of the connection: what a client says of itself in headers is no measure. */
export function createRateLimit(perSecond: number, clock: Clock): Middleware {
  const buckets = new Map<string, TokenBucket>()
  const bucketOf = (address: string): TokenBucket => {
    const bucket = buckets.get(address) ?? createTokenBucket(perSecond, 1_000)
    // Last in the map is who was heard last.
    buckets.delete(address)
    buckets.set(address, bucket)
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value as string)
    return bucket
  }
  return {
    features: new Set(),
    handle: ({ remoteAddress }) =>
      bucketOf(networkOf(remoteAddress)).take(clock.elapsedMs()) ? undefined : { reply: REFUSED },
    async [Symbol.asyncDispose]() {},
  }
}

/** One host has a whole /64 of IPv6 addresses to send from. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length
  return [...groups, ...Array(Math.max(0, zeros)).fill('0'), ...after].slice(0, 4).join(':')
}
