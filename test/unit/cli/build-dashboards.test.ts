import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDashboards } from '../../../src/cli/build-dashboards.ts'
import { DEFAULT_SLOS, parseSlos } from '../../../src/dashboards/index.ts'

const COMMITTED = fileURLToPath(new URL('../../../dashboards/', import.meta.url))

function build() {
  const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
  assert.ok(slos.ok)
  return buildDashboards(slos.value)
}

describe('the committed dashboards', () => {
  test('are those that are built: else run `npx sidelight dashboards build`', () => {
    const built = build()
    for (const { path, text } of built)
      assert.equal(readFileSync(join(COMMITTED, path), 'utf8'), text, path)
    const there = readdirSync(COMMITTED, { recursive: true, withFileTypes: true })
      // Those are of `npm run manifests`.
      .filter((entry) => entry.isFile() && entry.name !== 'kustomization.yaml')
      .map((entry) => join(entry.parentPath, entry.name).slice(COMMITTED.length))
    assert.deepEqual(there.sort(), built.map(({ path }) => path).sort())
  })

  test('come out the same twice', () => {
    assert.deepEqual(build(), build())
  })
})
