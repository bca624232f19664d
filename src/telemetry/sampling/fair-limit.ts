import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** The part of an operation's state that belongs to the limit. */
export interface LimitShare {
  /** Traces that rules and rate wanted in this second. */
  wanted: number
  /** Traces that were let through in this second. */
  taken: number
  /** Share of the wanted ones that passes, 0 to 1: from what was wanted in the second before. */
  pass: number
  /** The second that the figures belong to. */
  second: number
}

export const createLimitShare = (): LimitShare => ({ wanted: 0, taken: 0, pass: 1, second: -1 })

export interface FairLimit {
  /** Counts one more that wants to pass and says which share of its operation does. */
  want(share: LimitShare, nowMs: number): number
  /** Takes one out of the budget. */
  take(share: LimitShare, nowMs: number): boolean
}

const SECOND_MS = 1_000

/**
 * A budget that one loud operation cannot take from the others. Each second it is divided max-min fairly by
 * what the operations wanted in the second before: who wants less than an equal part gets all of it, and the
 * rest is divided among the loud. Within the second a hard bucket stands behind; who has taken as much as is
 * left waits, so that a burst of one finds at most half and the others find room.
 *
 * @see Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998
 */
export function createFairLimit(perSecond: number): FairLimit {
  const bucket: TokenBucket = createTokenBucket(perSecond, SECOND_MS)
  let active: LimitShare[] = []
  let second = 0
  let sinceMs = Number.NEGATIVE_INFINITY
  const turn = (nowMs: number): void => {
    const passedMs = nowMs - sinceMs
    if (passedMs < SECOND_MS) return
    second++
    // A pause of seconds says that the load of before is over.
    if (passedMs < 2 * SECOND_MS) divide(active, SECOND_MS / passedMs, perSecond, second)
    active = []
    sinceMs = nowMs
  }
  return {
    want(share, nowMs) {
      turn(nowMs)
      if (share.second !== second) reset(share, 1, second)
      if (share.wanted++ === 0) active.push(share)
      return share.pass
    },
    take(share, nowMs) {
      const free = bucket.available(nowMs)
      // The last token may always be taken: a limit of 1 is not a limit of 0.
      if (share.taken >= free && share.taken > 0) return false
      if (!bucket.take(nowMs)) return false
      share.taken++
      return true
    },
  }
}

const reset = (share: LimitShare, pass: number, second: number): void => {
  share.wanted = 0
  share.taken = 0
  share.pass = pass
  share.second = second
}

/** @param scale of one second's wants to those that were counted */
function divide(shares: LimitShare[], scale: number, perSecond: number, second: number): void {
  let left = perSecond
  let count = shares.length
  for (const share of shares.sort((a, b) => a.wanted - b.wanted)) {
    const wants = share.wanted * scale
    const part = Math.min(wants, left / count--)
    left -= part
    reset(share, part / wants, second)
  }
}
