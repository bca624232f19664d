import type { Clock } from '../../../base/clock.ts'
import type {
  Concurrency,
  DeleteOptions,
  StateFeature,
  StateOperation,
  StateRecord,
  StateStore,
  StateWrite,
} from '../contract.ts'
import { stateFaults } from '../faults.ts'

const FEATURES: readonly StateFeature[] = [
  'ETAG',
  'TRANSACTIONAL',
  'TTL',
  'DELETE_WITH_PREFIX',
  'KEYS_LIKE',
]
const SWEEP_INTERVAL_MS = 10_000
/** Keys looked at in one sweep, so that a million of them never stop the sidecar. */
const SWEEP_KEYS = 1000
/** A sweep that found this many expired keys goes on soon. */
const SWEEP_CROWDED = SWEEP_KEYS / 4
const SWEEP_AGAIN_MS = 100

/** Records in a map. Nothing here waits, so every operation is atomic. */
export class InMemoryStateStore implements StateStore {
  readonly features: ReadonlySet<StateFeature> = new Set(FEATURES)
  readonly #clock: Clock
  readonly #records = new Map<string, StateRecord>()
  /** Keys with an end, the one that was looked at longest ago first. */
  readonly #mortal = new Set<string>()
  #cancelSweep: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async get(key: string): Promise<StateRecord | undefined> {
    return this.#live(key)
  }

  async set(write: StateWrite): Promise<void> {
    this.#check(write.key, write)
    this.#put(write)
  }

  async delete(key: string, options: DeleteOptions): Promise<void> {
    this.#check(key, options)
    this.#drop(key)
  }

  async transact(operations: readonly StateOperation[]): Promise<void> {
    for (const operation of operations)
      if (operation.kind === 'upsert') this.#check(operation.write.key, operation.write)
      else this.#check(operation.key, operation.options)
    for (const operation of operations)
      if (operation.kind === 'upsert') this.#put(operation.write)
      else this.#drop(operation.key)
  }

  async ping(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
    this.#records.clear()
    this.#mortal.clear()
  }

  #live(key: string): StateRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined || !this.#isExpired(record)) return record
    this.#drop(key)
    return undefined
  }

  #isExpired({ expiresMs }: StateRecord): boolean {
    return expiresMs !== undefined && expiresMs * 1000 <= this.#clock.nowUs()
  }

  /** An empty ETag is none, as in Dapr. */
  #check(key: string, asked: { etag: string | undefined; concurrency: Concurrency | undefined }) {
    const record = this.#live(key)
    if (asked.etag) {
      if (record === undefined)
        throw stateFaults.etagMismatch('an ETag was given, and there is no such key (any more)')
      if (record.etag !== asked.etag)
        throw stateFaults.etagMismatch('the key was written since this ETag was read')
    } else if (asked.concurrency === 'first-write' && record !== undefined) {
      throw stateFaults.etagMismatch('the key exists, and a first write was asked without an ETag')
    }
  }

  #put({ key, value, ttlSeconds }: StateWrite): void {
    const mortal = ttlSeconds !== undefined && ttlSeconds > 0
    const expiresMs = mortal
      ? Math.floor(this.#clock.nowUs() / 1000) + ttlSeconds * 1000
      : undefined
    // A copy: the bytes may lie in a pool that others go on writing into.
    this.#records.set(key, {
      value: new Uint8Array(value),
      etag: crypto.randomUUID(),
      expiresMs,
    })
    this.#mortal.delete(key)
    if (!mortal) {
      this.#stopIdleSweep()
      return
    }
    this.#mortal.add(key)
    this.#cancelSweep ??= this.#clock.after(SWEEP_INTERVAL_MS, () => this.#sweep())
  }

  #drop(key: string): void {
    this.#records.delete(key)
    if (this.#mortal.delete(key)) this.#stopIdleSweep()
  }

  /** No timer is kept when nothing can expire. */
  #stopIdleSweep(): void {
    if (this.#mortal.size > 0) return
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
  }

  #sweep(): void {
    this.#cancelSweep = undefined
    let looked = 0
    let expired = 0
    for (const key of this.#mortal) {
      if (looked++ === SWEEP_KEYS) break
      const record = this.#records.get(key)
      this.#mortal.delete(key)
      if (record === undefined) continue
      if (this.#isExpired(record)) {
        this.#records.delete(key)
        expired++
      } else {
        this.#mortal.add(key)
      }
    }
    if (this.#mortal.size === 0) return
    const delayMs = expired >= SWEEP_CROWDED ? SWEEP_AGAIN_MS : SWEEP_INTERVAL_MS
    this.#cancelSweep = this.#clock.after(delayMs, () => this.#sweep())
  }
}
