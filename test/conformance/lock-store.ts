import assert from 'node:assert/strict'
import type { LockStore } from '../../src/components/lock/index.ts'

export interface OpenedLockStore extends AsyncDisposable {
  /** Nobody holds a lock. */
  readonly store: LockStore
  /** The same locks, as another sidecar reaches them. */
  readonly other: LockStore
  /** Lets so much time pass. */
  advance(ms: number): Promise<void>
}

const MINUTE = 60_000

/** Every lock store keeps these. */
export function describeLockStore(name: string, open: () => Promise<OpenedLockStore>): void {
  const check = (title: string, run: (opened: OpenedLockStore) => Promise<void>): void => {
    test(title, async () => {
      await using opened = await open()
      await run(opened)
    })
  }
  const lockOf = (key: string, owner: string, expiryMs = MINUTE) => ({ key, owner, expiryMs })

  describe(`${name} as a lock store`, () => {
    check('gives a free lock, and a held one to nobody, its owner included', async (opened) => {
      const { store, other } = opened
      assert.equal(await store.tryLock(lockOf('a', 'me')), true)
      assert.equal(await other.tryLock(lockOf('a', 'you')), false)
      assert.equal(await store.tryLock(lockOf('a', 'me')), false)
      assert.equal(await other.tryLock(lockOf('b', 'you')), true)
    })
    check('gives a lock to one of all who try at once', async ({ store, other }) => {
      const tries = Array.from({ length: 100 }, (_, n) =>
        (n % 2 === 0 ? store : other).tryLock(lockOf('a', `owner-${n}`)),
      )
      assert.equal((await Promise.all(tries)).filter((got) => got).length, 1)
    })
    check('takes a lock back from its owner alone', async ({ store, other }) => {
      await store.tryLock(lockOf('a', 'me'))
      assert.equal(await other.unlock({ key: 'a', owner: 'you' }), 'others')
      assert.equal(await other.unlock({ key: 'a', owner: '' }), 'others')
      assert.equal(await other.unlock({ key: 'a', owner: 'me' }), 'released')
      assert.equal(await other.unlock({ key: 'a', owner: 'me' }), 'missing')
      assert.equal(await other.tryLock(lockOf('a', 'you')), true)
    })
    check('ends a lock when its time is over', async ({ store, other, advance }) => {
      await store.tryLock(lockOf('a', 'me', 100))
      await store.tryLock(lockOf('b', 'me'))
      await advance(101)
      assert.equal(await store.unlock({ key: 'a', owner: 'me' }), 'missing')
      assert.equal(await other.tryLock(lockOf('a', 'you')), true)
      assert.equal(await store.unlock({ key: 'a', owner: 'me' }), 'others')
      assert.equal(await other.tryLock(lockOf('b', 'you')), false)
    })
    check('takes any key, any owner and the longest time', async ({ store }) => {
      const longest = (2 ** 31 - 1) * 1000
      for (const text of ['lock||a||ключ', '😀', 'a b\n\u0000c', '__proto__', 'k'.repeat(1000)]) {
        assert.equal(await store.tryLock(lockOf(text, text, longest)), true)
        assert.equal(await store.tryLock(lockOf(text, 'another')), false)
        assert.equal(await store.unlock({ key: text, owner: text }), 'released')
      }
    })
    check('holds 3000 locks, most of them forgotten', async ({ store, advance }) => {
      for (let n = 0; n < 3000; n++) await store.tryLock(lockOf(`a${n}`, 'me', n < 10 ? MINUTE : 1))
      await advance(2)
      assert.equal(await store.tryLock(lockOf('a9', 'you')), false)
      assert.equal(await store.tryLock(lockOf('a10', 'you')), true)
    })
  })
}
