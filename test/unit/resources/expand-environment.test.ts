import assert from 'node:assert/strict'
import { expandEnvironment } from '../../../src/resources/expand-environment.ts'

const env = { HOST: 'zipkin', EMPTY: '', _A1: 'x', NESTED: '$' + '{HOST}' }
// Written apart: the linter takes a brace in a plain string for a mistake.
const ref = (name: string): string => `$\{${name}}`

describe('expandEnvironment', () => {
  test('replaces every reference in every string, however deep', () => {
    const value = { a: `http://${ref('HOST')}:${ref('EMPTY')}9411`, b: [{ c: ref('_A1') }] }
    assert.deepEqual(expandEnvironment(value, env), { a: 'http://zipkin:9411', b: [{ c: 'x' }] })
  })

  test('makes nothing of a name that is not set, as Go does', () =>
    assert.equal(expandEnvironment(`a${ref('NOBODY')}b`, env), 'ab'))

  test('leaves a bare $NAME and what is no name', () => {
    for (const text of ['$HOST', '^a$', '$', '${', ref(''), ref('1A'), ref('A-B'), ref('A B')])
      assert.equal(expandEnvironment(text, env), text)
  })

  test('does not expand what it has put in', () =>
    assert.equal(expandEnvironment(ref('NESTED'), env), ref('HOST')))

  test('leaves keys, numbers, booleans, null and dates alone', () => {
    const date = new Date(0)
    const value = { [ref('HOST')]: 1, b: true, c: null, d: date, e: undefined }
    assert.deepEqual(expandEnvironment(value, env), value)
  })
})
