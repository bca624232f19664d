/**
 * A lock store, as a driver serves it. Keys carry their prefix already. A lock ends by itself when its time is over,
 * and only its owner gives it back before. It is not reentrant: its owner does not get it twice.
 *
 * Faults: `LOCK_OUTCOME_UNKNOWN` (the connection broke after it was asked for), `LOCK_UNAVAILABLE`. No message names a
 * key or an owner.
 *
 * @see dapr components-contrib `lock/store.go`
 */
export interface LockStore extends AsyncDisposable {
  readonly features: ReadonlySet<string>
  /** @returns whether the lock is the owner's now */
  tryLock(lock: Lock & { readonly expiryMs: number }): Promise<boolean>
  unlock(lock: Lock): Promise<UnlockOutcome>
}

export interface Lock {
  readonly key: string
  readonly owner: string
}

/** `missing`: nobody holds it. `others`: someone else does. */
export type UnlockOutcome = 'released' | 'missing' | 'others'
