import assert from 'node:assert/strict'
import { placeOf } from '../../../src/components/sqlite/settings.ts'

describe('where a SQLite database lies', () => {
  for (const [text, target, file] of [
    ['data/state.db', 'data/state.db', 'data/state.db'],
    [' /data/state.db ', '/data/state.db', '/data/state.db'],
    ['file:state.db?mode=rw', 'file:state.db?mode=rw', 'state.db'],
    ['file:///data/a%20b.db', 'file:///data/a%20b.db', '/data/a b.db'],
    ['file:a%20b.db#x', 'file:a%20b.db#x', 'a b.db'],
    [':memory:', ':memory:', undefined],
    ['file::memory:?cache=shared', ':memory:', undefined],
  ] as const)
    test(`${text} is ${file ?? 'memory'}`, () => {
      assert.deepEqual(placeOf(text), { target, file })
    })

  for (const text of [
    'libsql://db.example',
    'https://db.example/x',
    'ws://db.example',
    'file:',
    'file:?mode=memory',
    'file://other-host/state.db',
    'file:%E0%A4%A',
  ])
    test(`${text} is no place on this machine`, () => {
      assert.equal(placeOf(text), undefined)
    })
})
