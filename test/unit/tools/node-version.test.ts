import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { satisfies, versionProblem } from '../../tools/node-version.mjs'

const RANGE = '^20.19.0 || ^22.13.0 || >=24.0.0'

describe('satisfies', () => {
  for (const [version, expected] of [
    ['v18.20.0', false],
    ['v20.18.9', false],
    ['v20.19.0', true],
    ['v20.20.2', true],
    ['v21.7.0', false],
    ['v22.12.0', false],
    ['v22.13.0', true],
    ['v23.11.0', false],
    ['v24.0.0', true],
    ['v26.1.0-nightly', true],
  ] as const)
    test(`${expected ? 'takes' : 'refuses'} ${version}`, () =>
      assert.equal(satisfies(version, RANGE), expected))

  test('refuses a range that it cannot read', () =>
    assert.throws(() => satisfies('v20.0.0', '~20'), /cannot read "~20"/))
})

describe('versionProblem', () => {
  test('names the range, the version and the cure', () => {
    const problem = versionProblem('v12.22.12', RANGE)
    assert.match(String(problem), /\^20\.19\.0.*this is v12\.22\.12[\s\S]*nvm install 24/)
  })

  test('reads the range that package.json has', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    assert.equal(versionProblem(process.version, engines.node), undefined)
  })
})
