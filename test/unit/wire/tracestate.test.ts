import assert from 'node:assert/strict'
import { parseTracestate } from '../../../src/wire/tracestate.ts'

const kept: readonly (readonly [why: string, lines: readonly string[], text: string])[] = [
  ['one member', ['rojo=00f067aa0ba902b7'], 'rojo=00f067aa0ba902b7'],
  ['members in their order', ['b=2,a=1'], 'b=2,a=1'],
  ['several lines as one list [combined-header-value]', ['b=2', 'a=1,c=3'], 'b=2,a=1,c=3'],
  ['no blanks around members [list]', [' b=2 ,\ta=1\t'], 'b=2,a=1'],
  ['no empty members [list]', [',a=1,,b=2,', ' , '], 'a=1,b=2'],
  ['a key that starts with a digit [key, level 2]', ['0a=1'], '0a=1'],
  ['a key of one character', ['a=1'], 'a=1'],
  ['a key of 256 characters [key]', [`${'k'.repeat(256)}=1`], `${'k'.repeat(256)}=1`],
  ['a value of 256 characters [value]', [`a=${'v'.repeat(256)}`], `a=${'v'.repeat(256)}`],
  ['blanks within a value [value]', ['a= x y'], 'a= x y'],
  ['a multi-tenant key [key]', ['fw529a3039@dt=1'], 'fw529a3039@dt=1'],
]

const dropped: readonly (readonly [why: string, lines: readonly string[]])[] = [
  ['no line', []],
  ['an empty line', ['']],
  ['commas only', [',,', ' ,\t']],
  ['a member without =', ['a']],
  ['an empty key', ['=1']],
  ['an empty value [value]', ['a=']],
  ['a value of blanks [value]', ['a=  ']],
  ['a second = [value]', ['a=b=c']],
  ['upper case in a key [key]', ['Rojo=1']],
  ['a key that starts with @, _ or - [key]', ['@a=1']],
  ['a key that starts with _', ['_a=1']],
  ['a blank in a key [key]', ['a b=1']],
  ['a key of 257 characters [key]', [`${'k'.repeat(257)}=1`]],
  ['a value of 257 characters [value]', [`a=${'v'.repeat(257)}`]],
  ['a control character in a value', ['a=\u0001b']],
  ['a character beyond ASCII in a value', ['a=é']],
  ['a no-break space around a member, which is no OWS', ['\u00a0a=1']],
  ['a key twice [list]', ['a=1,b=2', 'a=3']],
  ['one bad member among good ones', ['a=1,B=2,c=3']],
]

const list = (n: number): string => Array.from({ length: n }, (_, i) => `k${i}=v`).join(',')

describe('parseTracestate [trace-context-2: tracestate-header]', () => {
  for (const [why, lines, text] of kept)
    test(`keeps ${why}`, () => assert.equal(parseTracestate(lines), text))

  for (const [why, lines] of dropped)
    test(`drops the whole list for ${why}`, () => assert.equal(parseTracestate(lines), undefined))

  test('keeps 32 members and drops 33 [list]', () => {
    assert.equal(parseTracestate([list(32)]), list(32))
    assert.equal(parseTracestate([`${list(32)},,`]), list(32))
    assert.equal(parseTracestate([list(33)]), undefined)
  })

  test('is settled: what it gives it takes', () => {
    for (const [, , text] of kept) assert.equal(parseTracestate([text]), text)
  })
})
