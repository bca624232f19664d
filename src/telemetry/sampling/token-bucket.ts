/** A budget: at most `capacity` at once, refilled evenly. */
export interface TokenBucket {
  /** Takes one if there is one. @param nowMs monotonic */
  take(nowMs: number): boolean
  /** How many there are, with fraction. */
  available(nowMs: number): number
}

/**
 * @param capacity tokens that can gather, and that are there at first; at least 1
 * @param refillMs time in which an empty bucket fills
 */
export function createTokenBucket(capacity: number, refillMs: number): TokenBucket {
  // Less than a whole token could never be taken: such a budget gathers for longer instead.
  const size = Math.max(1, capacity)
  const perMs = capacity / refillMs
  let tokens = size
  let atMs = Number.NEGATIVE_INFINITY
  const available = (nowMs: number): number => {
    if (nowMs > atMs) {
      if (atMs !== Number.NEGATIVE_INFINITY)
        tokens = Math.min(size, tokens + (nowMs - atMs) * perMs)
      atMs = nowMs
    }
    return tokens
  }
  return {
    take(nowMs) {
      if (available(nowMs) < 1) return false
      tokens--
      return true
    },
    available,
  }
}
