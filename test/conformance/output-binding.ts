import assert from 'node:assert/strict'
import type { Binding } from '../../src/components/bindings/index.ts'
import { invokeBinding } from '../support/open-binding.ts'

export interface OpenedOutputBinding extends AsyncDisposable {
  readonly binding: Binding
  /** What names an entry in the metadata: `key`, `fileName`. */
  readonly naming: string
  /** What a text that was written is read as. */
  readonly written: (text: string) => string
  /** Whether an entry that is not there is an error to read. */
  readonly missing: 'fails' | 'is empty'
}

/** Every output binding that keeps entries by name keeps these. */
export function describeOutputBinding(
  name: string,
  open: () => Promise<OpenedOutputBinding>,
): void {
  const check = (title: string, run: (opened: Entries) => Promise<void>): void => {
    test(title, async () => {
      await using opened = await open()
      await run(entriesOf(opened))
    })
  }

  describe(`${name} as an output binding`, () => {
    check('says what it can do, and does not say that it is an input', async ({ binding }) => {
      assert.deepEqual([...binding.features], ['OUTPUT_BINDING'])
      for (const operation of ['create', 'get', 'delete'])
        assert.ok(binding.operations.includes(operation), operation)
      assert.equal(binding.read, undefined)
    })
    check('reads what was written, without metadata', async ({ create, get, written }) => {
      for (const text of [
        '',
        'one word',
        'ключ 😀 "quoted" \\n',
        '</script>',
        '- '.repeat(150_000),
      ]) {
        await create('a', text)
        assert.ok((await get('a')) === written(text), text.slice(0, 20))
      }
    })
    check('keeps objects and numbers as JSON', async ({ create, get }) => {
      await create('a', { n: [1, null, 'ü'] })
      assert.equal(await get('a'), '{"n":[1,null,"ü"]}')
      await create('a', 7.5)
      assert.equal(await get('a'), '7.5')
      await create('a', null)
      assert.equal(await get('a'), 'null')
    })
    check('keeps entries apart, and the last of an entry', async (entries) => {
      await Promise.all(['a', 'b', 'c'].map((each) => entries.create(each, `one ${each}`)))
      await entries.create('b', 'two words')
      assert.equal(await entries.get('a'), entries.written('one a'))
      assert.equal(await entries.get('b'), entries.written('two words'))
    })
    check('never gives half of what is being written', async ({ create, get, written }) => {
      const texts = ['-', '.'].map((sign) => sign.repeat(100_000))
      await create('a', texts[0])
      const writing = Promise.all(
        Array.from({ length: 20 }, (_, n) => create('a', texts[n % 2] ?? '')),
      )
      const reads = await Promise.all(Array.from({ length: 20 }, () => get('a')))
      await writing
      const whole = new Set(texts.map(written))
      assert.ok(reads.every((read) => whole.has(read)))
    })
    check(
      'has nothing to say of what it deletes, and it is gone',
      async ({ invoke, create, get, missing }) => {
        await create('a', 'one word')
        assert.equal(await invoke('delete', 'a'), undefined)
        if (missing === 'fails') await assert.rejects(get('a'), { code: /^BINDING_/ })
        else assert.equal(await get('a'), '')
      },
    )
    check('names no entry in an error', async ({ binding, naming }) => {
      for (const operation of ['create', 'get', 'delete'])
        await invokeBinding(binding, operation, {
          [naming]: 'PLANTED\0',
          ttlInSeconds: 'PLANTED',
        }).then(
          (answer) => assert.ok(answer === undefined || answer.data.length === 0),
          (error: Error) => assert.doesNotMatch(error.message, /PLANTED/),
        )
    })
  })
}

function entriesOf(opened: OpenedOutputBinding) {
  const invoke = (operation: string, name: string, data?: unknown) =>
    invokeBinding(opened.binding, operation, { [opened.naming]: name }, data)
  return {
    ...opened,
    invoke,
    create: (name: string, data: unknown) => invoke('create', name, data),
    get: async (name: string) => {
      const answer = await invoke('get', name)
      assert.deepEqual(answer?.metadata, {})
      return Buffer.from(answer?.data ?? []).toString()
    },
  }
}
type Entries = ReturnType<typeof entriesOf>
