import type { BreakerPolicy } from '../../resources/index.ts'
import type { Breaker } from './breaker.ts'

/** Breakers of one group, those used last, up to a size that each look-up names. */
export interface BreakerCache {
  /** The breaker of this key, kept over changes of everything but its own policy. */
  of(key: string, name: string, policy: BreakerPolicy, size: number, make: () => Breaker): Breaker
}

interface Kept {
  readonly name: string
  readonly policy: BreakerPolicy
  readonly breaker: Breaker
}

export function createBreakerCache(): BreakerCache {
  const kept = new Map<string, Kept>()
  return {
    of(key, name, policy, size, make) {
      const before = kept.get(key)
      kept.delete(key)
      const entry =
        before !== undefined && before.name === name && isSame(before.policy, policy)
          ? before
          : { name, policy, breaker: make() }
      kept.set(key, entry)
      for (const oldest of kept.keys()) {
        if (kept.size <= size) break
        kept.delete(oldest)
      }
      return entry.breaker
    },
  }
}

const isSame = (a: BreakerPolicy, b: BreakerPolicy): boolean =>
  a === b ||
  (a.trip === b.trip &&
    a.maxRequests === b.maxRequests &&
    a.intervalMs === b.intervalMs &&
    a.timeoutMs === b.timeoutMs)
