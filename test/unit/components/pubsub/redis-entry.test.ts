import assert from 'node:assert/strict'
import { publishedMsOf, readEntries } from '../../../../src/components/pubsub/redis/entry.ts'

const bytes = (text: string) => Buffer.from(text)
const entry = (...fields: string[]) => [bytes('1-0'), fields.map(bytes)]

describe('readEntries', () => {
  test('reads data and metadata in any order, and passes over other fields', () => {
    const reply = [entry('x', 'y', 'metadata', '{"k":"v"}', 'data', 'one')]
    assert.deepEqual(readEntries(reply), {
      entries: [{ id: '1-0', data: bytes('one'), metadata: { k: 'v' } }],
      gone: [],
    })
  })

  for (const text of ['', '{', 'null', '7', '"x"', '{"n":1,"o":{},"l":[]}'])
    test(`finds no metadata in ${text || 'nothing'}`, () => {
      assert.deepEqual(readEntries([entry('metadata', text)]).entries[0]?.metadata, {})
    })

  test('keeps a name of metadata that objects have already', () => {
    const { entries } = readEntries([entry('metadata', '{"__proto__":"x"}')])
    assert.deepEqual(Object.entries(entries[0]?.metadata ?? {}), [['__proto__', 'x']])
  })

  test('tells apart what was trimmed away', () => {
    assert.deepEqual(readEntries([[bytes('1-0'), null], null, entry('data', 'x')]).gone, ['1-0'])
  })

  for (const reply of [null, undefined, 'OK', [], [[]], 7])
    test(`reads nothing from ${JSON.stringify(reply)}`, () => {
      assert.deepEqual(readEntries(reply), { entries: [], gone: [] })
    })

  test('has no data where the last name has no value', () => {
    assert.equal(readEntries([entry('data')]).entries[0]?.data.byteLength, 0)
  })
})

describe('publishedMsOf', () => {
  for (const [id, ms] of [
    ['1767225600123-4', 1_767_225_600_123],
    ['1-1', undefined],
    ['', undefined],
  ] as const)
    test(`is ${ms} of ${id || 'nothing'}`, () => {
      assert.equal(publishedMsOf(id), ms)
    })
})
