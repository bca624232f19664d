import assert from 'node:assert/strict'
import type { SecretStore } from '../../src/components/secretstores/index.ts'

export interface OpenedSecretStore extends AsyncDisposable {
  /** Holds the secrets `key` with the value `value ü`, and `__proto__` with `odd`. */
  readonly store: SecretStore
}

/** Every secret store keeps these. Titles are the keys of `skip`. */
export function describeSecretStore(
  name: string,
  open: () => Promise<OpenedSecretStore>,
  { skip = {} }: { readonly skip?: Readonly<Record<string, string>> } = {},
): void {
  const check = (title: string, run: (store: SecretStore) => Promise<void>): void => {
    const reason = skip[title]
    test(reason === undefined ? title : `${title} (skipped: ${reason})`, async function () {
      if (reason !== undefined) this.skip()
      await using opened = await open()
      await run(opened.store)
    })
  }

  describe(`${name} as a secret store`, () => {
    check('gives a secret under its own name', async (store) => {
      assert.deepEqual(await store.get('key', {}), { key: 'value ü' })
    })
    check('has no secret that nobody wrote', async (store) => {
      assert.equal(await store.get('nobody', {}), undefined)
      assert.equal(await store.get('constructor', {}), undefined)
      assert.equal(await store.get('', {}), undefined)
    })
    check('takes any name for a name', async (store) => {
      const secret = await store.get('__proto__', {})
      assert.equal(JSON.stringify(secret), '{"__proto__":"odd"}')
    })
    check('gives all of them', async (store) => {
      const all = await store.bulkGet({})
      assert.deepEqual([...all.keys()].sort(), ['__proto__', 'key'])
      assert.deepEqual(all.get('key'), { key: 'value ü' })
    })
  })
}
