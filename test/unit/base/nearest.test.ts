import assert from 'node:assert/strict'
import { nearest } from '../../../src/base/nearest.ts'

const KNOWN = ['app-id', 'app-port', 'config', 'metrics-port']

describe('nearest', () => {
  for (const [name, meant] of [
    ['app-id', 'app-id'],
    ['appid', 'app-id'],
    ['app-prot', 'app-port'],
    ['METRICS-PORT', 'metrics-port'],
    ['confg', 'config'],
    ['metric-port', 'metrics-port'],
    ['zzzz', undefined],
    ['', undefined],
    ['configuration-file-of-mine', undefined],
  ] as const)
    test(`takes ${JSON.stringify(name)} for ${meant ?? 'nothing'}`, () =>
      assert.equal(nearest(name, KNOWN), meant))

  test('does not weigh a text of a whole file', () =>
    assert.equal(nearest('x'.repeat(101), ['x'.repeat(100)]), undefined))

  test('finds nothing among nothing', () => assert.equal(nearest('a', []), undefined))
})
