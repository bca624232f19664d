import assert from 'node:assert/strict'
import { parseBaggage } from '../../../src/wire/baggage.ts'

const passed: readonly (readonly [
  why: string,
  lines: readonly string[],
  text: string | undefined,
])[] = [
  ['nothing', [''], undefined],
  ['blanks', ['  '], undefined],
  ['one member', ['a=1'], 'a=1'],
  ['several lines as one list', ['a=1', 'b=2'], 'a=1,b=2'],
  ['blanks as they were sent', ['a = 1 , b=2'], 'a = 1 , b=2'],
  ['an empty value', ['a='], 'a='],
  ['properties, with and without value [property]', ['a=1;p;q=2 ; r'], 'a=1;p;q=2 ; r'],
  ['every character of a token [key]', ["!#$%&'*+-.^_`|~0aA=1"], "!#$%&'*+-.^_`|~0aA=1"],
  ['= in a value [value]', ['a=b==c'], 'a=b==c'],
  ['percent escapes as they were sent [value]', ['a=%20%2f%C3%A9'], 'a=%20%2f%C3%A9'],
  ['a key twice: the last one wins where it is read', ['a=1,a=2'], 'a=1,a=2'],
]

const refused: readonly (readonly [why: string, lines: readonly string[], says: RegExp])[] = [
  ['a member without =', ['a'], /list-member: "a"/],
  ['an empty member', ['a=1,,b=2'], /list-member: ""/],
  ['a comma at the end', ['a=1,'], /list-member/],
  ['an empty key', ['=1'], /key: ""/],
  ['a blank in a key', ['a b=1'], /key: "a b"/],
  ['a key beyond ASCII', ['é=1'], /key/],
  ['a quote in a value [value]', ['a="1"'], /value of "a"/],
  ['a blank in a value [value]', ['a=1 2'], /value of "a"/],
  ['a backslash in a value [value]', ['a=1\\2'], /value of "a"/],
  ['a value beyond ASCII [value]', ['a=é'], /value of "a"/],
  ['a broken percent escape', ['a=%2'], /value of "a"/],
  ['a percent escape that is no hex', ['a=%zz'], /value of "a"/],
  ['an empty property', ['a=1;'], /property of "a"/],
  ['a property with a blank in its key', ['a=1;p q'], /property of "a"/],
]

const members = (n: number): string => Array.from({ length: n }, (_, i) => `k${i}=v`).join(',')

describe('parseBaggage [baggage]', () => {
  for (const [why, lines, text] of passed)
    test(`passes ${why} on`, () => assert.deepEqual(parseBaggage(lines), { ok: true, value: text }))

  for (const [why, lines, says] of refused)
    test(`refuses ${why}`, () => {
      const read = parseBaggage(lines)
      assert.ok(!read.ok)
      assert.match(read.error, says)
    })

  test('does not repeat a value in its complaint, since it may be secret', () => {
    const read = parseBaggage(['token=hunter2 "x"'])
    assert.ok(!read.ok)
    assert.doesNotMatch(read.error, /hunter2/)
  })

  test('takes 180 members and no more [go: maxMembers]', () => {
    assert.ok(parseBaggage([members(180)]).ok)
    assert.ok(!parseBaggage([members(181)]).ok)
  })

  test('takes a member of 4096 bytes and no more [go: maxBytesPerMembers]', () => {
    assert.ok(parseBaggage([`a=${'v'.repeat(4094)}`]).ok)
    assert.ok(!parseBaggage([`a=${'v'.repeat(4095)}`]).ok)
  })

  test('takes 8192 bytes in all and no more [go: maxBytesPerBaggageString]', () => {
    const member = (key: string, bytes: number): string => `${key}=${'v'.repeat(bytes - 2)}`
    assert.ok(parseBaggage([member('a', 4096), member('b', 4095)]).ok)
    assert.ok(!parseBaggage([member('a', 4096), member('b', 4096)]).ok)
  })
})
