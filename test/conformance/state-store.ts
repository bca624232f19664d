import assert from 'node:assert/strict'
import type { StateStore } from '../../src/components/state/index.ts'
import { eventually } from '../support/eventually.ts'
import { deletionOf, etagOf, textOf, writeOf } from '../support/open-state-store.ts'

type Reason = string

export interface OpenedStateStore extends AsyncDisposable {
  /** Empty. */
  readonly store: StateStore
  /** Lets time pass, where it is held. */
  readonly advance?: (ms: number) => void
}

const READ = { consistency: undefined, metadata: {} } as const
const MISMATCH = { code: 'STATE_ETAG_MISMATCH' }

/** Every state store keeps these. Titles are the keys of `skip`. */
export function describeStateStore(
  name: string,
  open: () => Promise<OpenedStateStore>,
  { skip = {} }: { readonly skip?: Readonly<Record<string, Reason>> } = {},
): void {
  const check = (title: string, run: (opened: OpenedStateStore) => Promise<void>): void => {
    const reason = skip[title]
    test(reason === undefined ? title : `${title} (skipped: ${reason})`, async function () {
      if (reason !== undefined) this.skip()
      await using opened = await open()
      await run(opened)
    })
  }

  describe(`${name} as a state store`, () => {
    describe('records', () => {
      check('has no record that nobody wrote', async ({ store }) => {
        assert.equal(await store.get('nobody', READ), undefined)
      })
      check('gives back what was written', async ({ store }) => {
        await store.set(writeOf('a', '{"n":1}'))
        await store.set(writeOf('b', 'two'))
        assert.equal(await textOf(store, 'a'), '{"n":1}')
        assert.equal(await textOf(store, 'b'), 'two')
      })
      check('keeps the last of two writes', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        await store.set(writeOf('a', 'two'))
        assert.equal(await textOf(store, 'a'), 'two')
      })
      check('keeps an empty value apart from none', async ({ store }) => {
        await store.set(writeOf('empty', ''))
        assert.equal(await textOf(store, 'empty'), '')
      })
      check('takes any key', async ({ store }) => {
        const keys = ['orders||ключ', '😀', 'a b\n\u0000c', '{tag}x', '__proto__', 'k'.repeat(1000)]
        for (const key of keys) await store.set(writeOf(key, key))
        for (const key of keys) assert.equal(await textOf(store, key), key)
      })
      check('keeps each of the 256 bytes', async ({ store }) => {
        const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
        await store.set(writeOf('bytes', bytes))
        const record = await store.get('bytes', READ)
        assert.deepEqual(new Uint8Array(record?.value ?? []), bytes)
      })
      check('keeps a value of 1 MiB', async ({ store }) => {
        const large = new Uint8Array(1 << 20).fill(0xc3)
        await store.set(writeOf('large', large))
        const record = await store.get('large', READ)
        assert.equal(Buffer.compare(record?.value ?? new Uint8Array(), large), 0)
      })
      check('keeps its own copy of the value', async ({ store }) => {
        const value = Uint8Array.of(1, 2, 3)
        await store.set(writeOf('copy', value))
        value.fill(9)
        assert.deepEqual([...((await store.get('copy', READ))?.value ?? [])], [1, 2, 3])
      })
      check('takes a write and a read of strong consistency', async ({ store }) => {
        await store.set(writeOf('a', 'one', { consistency: 'strong' }))
        const record = await store.get('a', { consistency: 'strong', metadata: {} })
        assert.equal(String(Buffer.from(record?.value ?? [])), 'one')
      })
    })

    describe('ETags', () => {
      check('gives each write an ETag of its own', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        const first = await etagOf(store, 'a')
        assert.equal(await etagOf(store, 'a'), first)
        await store.set(writeOf('a', 'one'))
        assert.notEqual(await etagOf(store, 'a'), first)
      })
      check('writes with the ETag that is in force', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        await store.set(writeOf('a', 'two', { etag: await etagOf(store, 'a') }))
        assert.equal(await textOf(store, 'a'), 'two')
      })
      for (const concurrency of [undefined, 'first-write', 'last-write'] as const)
        check(
          `refuses a write whose ETag is stale (${concurrency ?? 'nothing asked'})`,
          async ({ store }) => {
            await store.set(writeOf('a', 'one'))
            const etag = await etagOf(store, 'a')
            await store.set(writeOf('a', 'two', { etag }))
            const stale = store.set(writeOf('a', 'three', { etag, concurrency }))
            await assert.rejects(stale, MISMATCH)
            assert.equal(await textOf(store, 'a'), 'two')
          },
        )
      check('takes an empty ETag as none', async ({ store }) => {
        await store.set(writeOf('a', 'one', { etag: '' }))
        await store.set(writeOf('a', 'two', { etag: '' }))
        assert.equal(await textOf(store, 'a'), 'two')
      })
      check('refuses a write with an ETag where there is no key', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        const etag = await etagOf(store, 'a')
        await store.delete('a', deletionOf())
        await assert.rejects(store.set(writeOf('a', 'two', { etag })), MISMATCH)
      })
      check('lets one of two first writes through', async ({ store }) => {
        await store.set(writeOf('a', 'one', { concurrency: 'first-write' }))
        const second = store.set(writeOf('a', 'two', { concurrency: 'first-write' }))
        await assert.rejects(second, MISMATCH)
        assert.equal(await textOf(store, 'a'), 'one')
      })
      check('refuses a first write over any record', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        const first = store.set(writeOf('a', 'two', { concurrency: 'first-write' }))
        await assert.rejects(first, MISMATCH)
      })
      check('lets a last write over a record of a first write', async ({ store }) => {
        await store.set(writeOf('a', 'one', { concurrency: 'first-write' }))
        await store.set(writeOf('a', 'two', { concurrency: 'last-write' }))
        assert.equal(await textOf(store, 'a'), 'two')
      })
      check('lets a first write with the right ETag through', async ({ store }) => {
        await store.set(writeOf('a', 'one', { concurrency: 'first-write' }))
        const etag = await etagOf(store, 'a')
        await store.set(writeOf('a', 'two', { concurrency: 'first-write', etag }))
        assert.equal(await textOf(store, 'a'), 'two')
      })
      check('loses no increment of ten writers at once', async ({ store }) => {
        await store.set(writeOf('count', '0'))
        let conflicts = 0
        const increment = async (): Promise<void> => {
          for (;;) {
            const record = await store.get('count', READ)
            const next = Number(Buffer.from(record?.value ?? []).toString()) + 1
            try {
              await store.set(writeOf('count', String(next), { etag: record?.etag }))
              return
            } catch (error) {
              assert.equal((error as { code?: unknown }).code, MISMATCH.code)
              conflicts++
            }
          }
        }
        const tenTimes = async (): Promise<void> => {
          for (let n = 0; n < 10; n++) await increment()
        }
        await Promise.all(Array.from({ length: 10 }, tenTimes))
        assert.equal(await textOf(store, 'count'), '100')
        assert.ok(conflicts > 0, 'the writers never met')
      })
    })

    describe('deletion', () => {
      check('deletes a record', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        await store.delete('a', deletionOf())
        assert.equal(await textOf(store, 'a'), undefined)
      })
      check('takes the deletion of a key that does not exist', async ({ store }) => {
        await store.delete('nobody', deletionOf())
      })
      check('deletes with the ETag that is in force', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        await store.delete('a', deletionOf({ etag: await etagOf(store, 'a') }))
        assert.equal(await textOf(store, 'a'), undefined)
      })
      check('refuses a deletion whose ETag is stale', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        const etag = await etagOf(store, 'a')
        await store.set(writeOf('a', 'two'))
        await assert.rejects(store.delete('a', deletionOf({ etag })), MISMATCH)
        assert.equal(await textOf(store, 'a'), 'two')
      })
      check('refuses a deletion with an ETag where there is no key', async ({ store }) => {
        await store.set(writeOf('a', 'one'))
        const etag = await etagOf(store, 'a')
        await store.delete('a', deletionOf({ etag }))
        await assert.rejects(store.delete('a', deletionOf({ etag })), MISMATCH)
      })
    })

    describe('time to live', () => {
      const gone = (store: StateStore, key: string) =>
        eventually(async () => (await textOf(store, key)) === undefined, { deadlineMs: 4000 })

      check('forgets a record at its end', async ({ store, advance }) => {
        await store.set(writeOf('short', 'x', { ttlSeconds: 1 }))
        await store.set(writeOf('long', 'x', { ttlSeconds: 1000 }))
        assert.equal(await textOf(store, 'short'), 'x')
        advance?.(1000)
        await gone(store, 'short')
        assert.equal(await textOf(store, 'long'), 'x')
      })
      check('keeps a record for good when a later write says so', async ({ store, advance }) => {
        await store.set(writeOf('kept', 'x', { ttlSeconds: 1 }))
        await store.set(writeOf('kept', 'y', { ttlSeconds: -1 }))
        await store.set(writeOf('zero', 'x', { ttlSeconds: 0 }))
        await store.set(writeOf('witness', 'x', { ttlSeconds: 1 }))
        advance?.(1000)
        await gone(store, 'witness')
        assert.equal(await textOf(store, 'kept'), 'y')
        assert.equal(await textOf(store, 'zero'), 'x')
      })
      check('takes an expired key as one that does not exist', async ({ store, advance }) => {
        const concurrency = 'first-write'
        await store.set(writeOf('a', 'one', { ttlSeconds: 1, concurrency }))
        advance?.(1000)
        await gone(store, 'a')
        await store.set(writeOf('a', 'two', { concurrency }))
        assert.equal(await textOf(store, 'a'), 'two')
      })
    })

    describe('transactions', () => {
      const upsert = (...args: Parameters<typeof writeOf>) =>
        ({ kind: 'upsert', write: writeOf(...args) }) as const
      const remove = (key: string, ...args: Parameters<typeof deletionOf>) =>
        ({ kind: 'delete', key, options: deletionOf(...args) }) as const

      check('does nothing for no operation', async ({ store }) => {
        await store.transact([], {})
      })
      check('does all operations in order', async ({ store }) => {
        await store.set(writeOf('{t}old', 'x'))
        const operations = [
          upsert('{t}a', 'one'),
          upsert('{t}b', 'two'),
          remove('{t}old'),
          upsert('{t}a', 'three'),
          upsert('{t}c', 'four'),
          remove('{t}c'),
        ]
        await store.transact(operations, {})
        assert.equal(await textOf(store, '{t}a'), 'three')
        assert.equal(await textOf(store, '{t}b'), 'two')
        assert.equal(await textOf(store, '{t}c'), undefined)
        assert.equal(await textOf(store, '{t}old'), undefined)
      })
      check('does nothing when one ETag is stale', async ({ store }) => {
        await store.set(writeOf('{t}a', 'old'))
        const etag = await etagOf(store, '{t}a')
        await store.set(writeOf('{t}a', 'one'))
        for (const stale of [upsert('{t}a', 'two', { etag }), remove('{t}a', { etag })]) {
          const operations = [upsert('{t}new', 'x'), remove('{t}a'), stale]
          await assert.rejects(store.transact(operations, {}), MISMATCH)
          assert.equal(await textOf(store, '{t}new'), undefined)
          assert.equal(await textOf(store, '{t}a'), 'one')
        }
      })
      check('checks ETags and sets an end', async ({ store, advance }) => {
        await store.set(writeOf('{t}a', 'one'))
        const etag = await etagOf(store, '{t}a')
        const operations = [
          upsert('{t}a', 'two', { etag }),
          upsert('{t}short', 'x', { ttlSeconds: 1 }),
        ]
        await store.transact(operations, {})
        assert.equal(await textOf(store, '{t}a'), 'two')
        advance?.(1000)
        await eventually(async () => (await textOf(store, '{t}short')) === undefined)
      })
      check('does 2000 operations', async ({ store }) => {
        const keys = Array.from({ length: 2000 }, (_, n) => `{t}${n}`)
        await store.transact(
          keys.map((key) => upsert(key, key)),
          {},
        )
        const read = await Promise.all(keys.map((key) => textOf(store, key)))
        assert.deepEqual(read, keys)
      })
      check('moves money between two accounts and loses none', async ({ store }) => {
        await store.transact([upsert('{t}a', '50'), upsert('{t}b', '50')], {})
        const move = async (amount: number): Promise<void> => {
          for (;;) {
            const [a, b] = await Promise.all([store.get('{t}a', READ), store.get('{t}b', READ)])
            const sum = (record: typeof a, change: number) =>
              String(Number(Buffer.from(record?.value ?? []).toString()) + change)
            const operations = [
              upsert('{t}a', sum(a, -amount), { etag: a?.etag }),
              upsert('{t}b', sum(b, amount), { etag: b?.etag }),
            ]
            try {
              await store.transact(operations, {})
              return
            } catch (error) {
              assert.equal((error as { code?: unknown }).code, MISMATCH.code)
            }
          }
        }
        await Promise.all([1, 2, 3, 4, 5, 6].map(move))
        assert.equal(await textOf(store, '{t}a'), '29')
        assert.equal(await textOf(store, '{t}b'), '71')
      })
    })

    check('answers a ping', ({ store }) => store.ping())
  })
}
