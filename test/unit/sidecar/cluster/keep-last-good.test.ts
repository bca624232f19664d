import assert from 'node:assert/strict'
import { parseResources } from '../../../../src/resources/index.ts'
import { keepLastGood } from '../../../../src/sidecar/cluster/keep-last-good.ts'
import type { StreamedResource } from '../../../../src/wire/operator-stream.ts'

const component = (name: string, type: unknown): StreamedResource => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'shop', generation: 1 },
  spec: { type, version: 'v1', metadata: [{ name: 'password', value: { secret: 'hunter2' } }] },
})
const open = () => keepLastGood(async (text) => (await parseResources([text])).problems)
const filesOf = ({ texts }: { readonly texts: readonly { readonly file: string }[] }) =>
  texts.map(({ file }) => file)

describe('keepLastGood', () => {
  test('takes the right ones and leaves out one that is wrong, by its path and without its values', async () => {
    const taken = await open().take([component('good', 'state.redis'), component('bad', 7)])
    assert.deepEqual(filesOf(taken), ['Component shop/good'])
    const [rejected] = taken.rejected
    assert.equal(rejected?.name, 'bad')
    assert.match(rejected?.message ?? '', /^spec\.type: /)
    assert.doesNotMatch(rejected?.message ?? '', /hunter2/)
  })

  test('keeps the last good version of one that has become wrong, until it is deleted', async () => {
    const good = open()
    await good.take([component('a', 'state.redis')])
    const { texts, rejected } = await good.take([component('a', 7)])
    assert.match(texts[0]?.text ?? '', /state\.redis/)
    assert.equal(rejected.length, 1)
    assert.deepEqual(filesOf(await good.take([])), [])
    assert.deepEqual(filesOf(await good.take([component('a', 7)])), [])
  })
})
