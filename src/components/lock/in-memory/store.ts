import type { Clock } from '../../../base/clock.ts'
import type { LockStore } from '../contract.ts'

/** Who holds what, in one process. */
export interface LockTable {
  readonly held: Map<string, { readonly owner: string; readonly untilMs: number }>
  /** So many locks are looked through for those whose time is over; doubled by those that are held. */
  sweepAt: number
}

const SWEEP_AT = 1000

export const createLockTable = (): LockTable => ({ held: new Map(), sweepAt: SWEEP_AT })

export const createInMemoryLocks = (table: LockTable, clock: Clock): LockStore => {
  const heldBy = (key: string): string | undefined => {
    const lock = table.held.get(key)
    return lock !== undefined && lock.untilMs > clock.elapsedMs() ? lock.owner : undefined
  }
  return {
    features: new Set(),
    async tryLock({ key, owner, expiryMs }) {
      if (heldBy(key) !== undefined) return false
      table.held.set(key, { owner, untilMs: clock.elapsedMs() + expiryMs })
      sweep(table, clock.elapsedMs())
      return true
    },
    async unlock({ key, owner }) {
      const holder = heldBy(key)
      if (holder === undefined) return 'missing'
      if (holder !== owner) return 'others'
      table.held.delete(key)
      return 'released'
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Locks that nobody gives back, and nobody asks for again, must not pile up. */
function sweep(table: LockTable, nowMs: number): void {
  if (table.held.size < table.sweepAt) return
  for (const [key, { untilMs }] of table.held) if (untilMs <= nowMs) table.held.delete(key)
  table.sweepAt = Math.max(SWEEP_AT, 2 * table.held.size)
}
