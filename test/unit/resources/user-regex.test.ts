import assert from 'node:assert/strict'
import { compileRegex } from '../../../src/resources/index.ts'

async function replace(source: string, replacement: string, text: string): Promise<string> {
  const regex = await compileRegex(source)
  assert.ok(regex.ok, source)
  const replacer = regex.value.replacer(replacement)
  return replacer.ok ? replacer.value(text) : `refused: ${replacer.error}`
}

// Written apart: the linter takes a brace in a plain string for a mistake.
const group = (name: string | number): string => `$\{${name}}`

describe('compileRegex', () => {
  /** As Go's `regexp.ReplaceAllString` gives them. */
  const cases: readonly (readonly [
    source: string,
    replacement: string,
    text: string,
    made: string,
  ])[] = [
    ['/orders/\\d+', '/orders/{id}', '/orders/17', '/orders/{id}'],
    ['(\\w+)@(\\w+)', '$2-$1', 'a@b c@d', 'b-a d-c'],
    ['(a)(b)?', `[${group(1)}${group(2)}]`, 'aab', '[a][ab]'],
    ['(?P<x>a+)', `${group('x')}!$x`, 'baab', 'baa!aab'],
    ['a*', '-', 'baac', '-b-c-'],
    ['^', '>', 'ab', '>ab'],
    ['b*', '-', 'abba', '-a-a-'],
    ['a', '$$1', 'a', '$1'],
    ['a', '$', 'a', '$'],
    ['a', '$-', 'a', '$-'],
    ['x', 'y', '', ''],
    ['(é)', '$1$1', 'né', 'néé'],
  ]
  for (const [source, replacement, text, made] of cases)
    test(`replaces ${source} by ${replacement} as Go does`, async () =>
      assert.equal(await replace(source, replacement, text), made))

  test('names the group that does not exist, and the cure', async () => {
    assert.match(await replace('(a)', '$1x', 'a'), /no group "1x"; write \$\{1\}x/)
    assert.match(await replace('(a)', '$2', 'a'), /no group "2"/)
    assert.match(await replace('(a)', group('name'), 'a'), /no group "name"; write \$\$/)
  })

  test('refuses what is no expression of RE2, and what is too long', async () => {
    for (const source of ['(', '[a', 'a(?=b)', '(a)\\1', '*', 'a{1001}', 'x'.repeat(2_001)]) {
      const regex = await compileRegex(source)
      assert.ok(!regex.ok && regex.error.length > 0, source.slice(0, 20))
    }
    assert.ok((await compileRegex('x'.repeat(2_000))).ok)
  })

  test('is not held up by what hangs other engines', async () => {
    const regex = await compileRegex('^(a+)+$')
    assert.ok(regex.ok)
    assert.equal(regex.value.matches(`${'a'.repeat(50_000)}b`), false)
  })
})
