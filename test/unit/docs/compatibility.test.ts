import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { attributes } from '../../../src/telemetry/index.ts'

const page = await readFile(new URL('../../../docs/compatibility.md', import.meta.url), 'utf8')
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

async function allTests(): Promise<string> {
  const root = new URL('../../', import.meta.url)
  const files = await readdir(root, { recursive: true })
  const texts = files
    .filter((file) => file.endsWith('.test.ts') && !file.includes('compatibility'))
    .map((file) => readFile(new URL(file, root), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

describe('docs/compatibility.md', () => {
  test('names a test that exists for each difference', async () => {
    const tests = await allTests()
    const rows = rowsOf(section('Differences'))
    assert.ok(rows.length > 10)
    for (const [what = '', , , title = ''] of rows) {
      const found = tests.includes(title.replaceAll('`', ''))
      assert.ok(found, `${what}: no test ${title}`)
    }
  })

  test('names every attribute of the catalogue', () => {
    const spans = section('Spans')
    for (const name of Object.values(attributes)) assert.ok(spans.includes(`\`${name}\``), name)
  })
})
