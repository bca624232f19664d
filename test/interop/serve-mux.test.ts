import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  createMux,
  haveConflict,
  type MuxPattern,
  parseMuxPattern,
} from '../../src/wire/serve-mux.ts'
import { requirePartner } from '../support/partners.ts'

const VECTORS = new URL('./vectors/serve-mux/decisions.txt', import.meta.url)
const PROGRAM = fileURLToPath(new URL('./vectors/serve-mux/main.go', import.meta.url))

const parsed = (text: string): MuxPattern => {
  const pattern = parseMuxPattern(text)
  return pattern.ok ? pattern.value : assert.fail(`${text}: ${pattern.error}`)
}

describe('path patterns beside Go [go: net/http/pattern.go]', () => {
  const rowsOf = async (kind: string): Promise<string[][]> =>
    (await readFile(VECTORS, 'utf8'))
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([first]) => first === kind)
      .map((row) => row.slice(1))

  test('are malformed where they are there', async () => {
    for (const [text = ''] of await rowsOf('well-formed')) parsed(text)
    for (const [text = ''] of await rowsOf('malformed'))
      assert.equal(parseMuxPattern(text).ok, false, text)
  })

  test('conflict where they do there', async () => {
    const expected = (await rowsOf('conflict')).map((row) => row.join(' '))
    const patterns = (await rowsOf('well-formed')).map(([text = '']) => parsed(text))
    const found = patterns.flatMap((one, i) =>
      patterns
        .slice(i + 1)
        .filter((other) => haveConflict(one, other) && haveConflict(other, one))
        .map((other) => `${one.text} ${other.text}`),
    )
    assert.ok(expected.length > 100)
    assert.deepEqual(found, expected)
  })

  test('match what they match there', async () => {
    let match: (path: string) => string | undefined = () => undefined
    let count = 0
    for (const line of (await readFile(VECTORS, 'utf8')).split('\n')) {
      const [kind, ...row] = line.split(' ')
      if (kind === 'patterns') match = createMux(row.map(parsed))
      if (kind !== 'path') continue
      const [path = '', pattern = ''] = row
      assert.equal(match(path) ?? '', pattern, `${path}, ${++count}`)
    }
    assert.ok(count > 800)
  })

  test('have the vectors that the Go program prints today', async function () {
    this.timeout(90_000)
    const go = requirePartner(this, 'go')
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GO111MODULE: 'off' }
    const { stdout } = await promisify(execFile)(go, ['run', PROGRAM], { env })
    assert.equal(stdout, await readFile(VECTORS, 'utf8'))
  })
})
