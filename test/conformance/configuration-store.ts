import assert from 'node:assert/strict'
import type { ConfigurationStore } from '../../src/components/configuration/index.ts'
import { listenToItems } from '../support/open-configuration-store.ts'

export interface OpenedConfigurationStore extends AsyncDisposable {
  /** Holds `a` = 1 of version v1, `b` = `two ü` without a version, and `*` = star. */
  readonly store: ConfigurationStore
  /** Absent: it never changes. */
  readonly set?: (key: string, value: string) => Promise<void>
  readonly remove?: (key: string) => Promise<void>
}

/** Every configuration store keeps these. */
export function describeConfigurationStore(
  name: string,
  open: () => Promise<OpenedConfigurationStore>,
): void {
  const check = (title: string, run: (opened: OpenedConfigurationStore) => Promise<void>): void => {
    test(title, async () => {
      await using opened = await open()
      await run(opened)
    })
  }
  const A = { value: '1', version: 'v1', metadata: {} }

  describe(`${name} as a configuration store`, () => {
    check(
      'gives the items that are asked for, and leaves out what is not there',
      async (opened) => {
        const { store } = opened
        assert.deepEqual([...(await store.get(['ghost', 'a', 'constructor'], {}))], [['a', A]])
        assert.equal((await store.get(['ghost'], {})).size, 0)
      },
    )
    check('gives all items when none is named', async ({ store }) => {
      const all = await store.get([], {})
      assert.deepEqual([...all.keys()].sort(), ['*', 'a', 'b'])
      assert.deepEqual(all.get('b'), { value: 'two ü', version: '', metadata: {} })
    })
    check('tells of items that are watched, and of no others', async ({ store, set, remove }) => {
      await using listener = await listenToItems(store, ['a', '*'])
      await set?.('b', '2')
      await set?.('a', '2')
      await set?.('*', '2')
      await remove?.('a')
      if (set !== undefined) await listener.waitFor((told) => told.length === 3)
      assert.deepEqual(listener.told, set === undefined ? [] : [['a'], ['*'], ['a']])
    })
    check('tells of all items when none is named, new ones too', async ({ store, set }) => {
      if (set === undefined) return
      await using listener = await listenToItems(store, [])
      await set('new', '1')
      await set('a', '2')
      await listener.waitFor((told) => told.length === 2)
      assert.deepEqual(listener.told, [['new'], ['a']])
    })
    check('tells nothing after its end, and the other watches go on', async ({ store, set }) => {
      const ended = await listenToItems(store, ['a'])
      await using listener = await listenToItems(store, ['a'])
      await ended[Symbol.asyncDispose]()
      await ended[Symbol.asyncDispose]()
      await set?.('a', '2')
      if (set !== undefined) await listener.waitFor((told) => told.length === 1)
      assert.deepEqual(ended.told, [])
    })
  })
}
