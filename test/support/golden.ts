import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'

/**
 * Compares with `test/golden/<name>`, byte for byte. `SIDELIGHT_UPDATE_GOLDEN=1 npm test` writes the files anew:
 * an unwanted change then shows as a diff.
 */
export async function assertGolden(name: string, actual: string): Promise<void> {
  const file = new URL(`../golden/${name}`, import.meta.url)
  if (process.env.SIDELIGHT_UPDATE_GOLDEN === '1') await writeFile(file, actual)
  assert.equal(actual, await readFile(file, 'utf8'))
}
