import assert from 'node:assert/strict'
import fc from 'fast-check'
import { matchesGlob } from '../../../../src/telemetry/sampling/glob.ts'

describe('matchesGlob', () => {
  test('lets * stand for any text, none included, and everything else for itself', () => {
    for (const [glob, text, expected] of [
      ['', '', true],
      ['', 'a', false],
      ['*', '', true],
      ['/healthz*', '/healthz/live', true],
      ['/healthz*', '/health', false],
      ['*/healthz*', '/v1.0/healthz', true],
      ['a*b*c', 'a-b-b-c', true],
      ['a*b*c', 'a-c-b', false],
      ['/orders/{id}', '/orders/{id}', true],
      ['.', 'x', false],
      ['(a+)+', '(a+)+', true],
      ['**', 'x', true],
    ] as const)
      assert.equal(matchesGlob(glob, text), expected, `${glob} on ${text}`)
  })

  test('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    fc.assert(
      fc.property(
        letters,
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }),
        (g, t) => {
          assert.equal(matchesGlob(g, t), new RegExp(`^${g.replaceAll('*', '.*')}$`).test(t))
        },
      ),
    )
  })

  test('does not hang on what makes regular expressions hang', () => {
    assert.equal(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(20_000)), false)
  })
})
