import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CRDS, ROOT, renderCrds, renderParts } from '../../tools/manifests.ts'

describe('the generated files of k8s', () => {
  for (const { path, text } of [...renderCrds(), ...renderParts()])
    test(`are those that the code makes: ${path}; else run \`npm run manifests\``, () => {
      assert.equal(readFileSync(join(ROOT, path), 'utf8'), text)
    })

  test('have no definition that the code does not make', () => {
    assert.deepEqual(
      readdirSync(CRDS).sort(),
      renderCrds()
        .map(({ path }) => basename(path))
        .sort(),
    )
  })
})
