import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { VERSION } from '../../../src/base/version.ts'
import { REFERENCE, renderReference } from '../../tools/reference.ts'

describe('docs/reference.md', () => {
  test('is what `npm run docs` makes of the code', async () => {
    assert.equal(await readFile(REFERENCE, 'utf8'), renderReference())
  })
})

describe('the version', () => {
  test('is package.json’s', async () => {
    const file = new URL('../../../package.json', import.meta.url)
    assert.equal(JSON.parse(await readFile(file, 'utf8')).version, VERSION)
  })
})
