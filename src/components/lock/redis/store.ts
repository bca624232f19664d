import { Fault } from '../../../base/fault.ts'
import { blockFault, type RedisLink, runScript } from '../../redis/index.ts'
import type { Lock, LockStore, UnlockOutcome } from '../contract.ts'
import { unlocked, unlockScript } from './scripts.ts'

const OUTCOMES: Readonly<Record<number, UnlockOutcome>> = {
  [unlocked.released]: 'released',
  [unlocked.missing]: 'missing',
  [unlocked.others]: 'others',
}

/** Dapr's layout: a text for each lock, whose value is the owner, and which Redis ends. */
export class RedisLockStore implements LockStore {
  readonly features: ReadonlySet<string> = new Set()
  readonly #link: RedisLink

  constructor(link: RedisLink) {
    this.#link = link
  }

  async tryLock({ key, owner, expiryMs }: Lock & { readonly expiryMs: number }): Promise<boolean> {
    const args = ['SET', key, owner, 'NX', 'PX', String(expiryMs)]
    const reply = await this.#once('the lock may or may not be held', () =>
      this.#link.send({ args, key }),
    )
    return reply !== null
  }

  async unlock({ key, owner }: Lock): Promise<UnlockOutcome> {
    const reply = await this.#once('the lock may or may not be released', () =>
      runScript(this.#link, unlockScript, [key], [owner]),
    )
    const outcome = OUTCOMES[Number(reply)]
    if (outcome === undefined) throw new Fault('LOCK_UNAVAILABLE', 'Redis gave no known answer')
    return outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]()
  }

  /** Never repeated when it may be done: the second answer would say that another holds it. */
  async #once<T>(maybe: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await this.#link.run(false, operation)
    } catch (error) {
      throw blockFault('LOCK', error, maybe)
    }
  }
}
