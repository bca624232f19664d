import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parsed } from './problem-of.ts'

const SAMPLES = fileURLToPath(new URL('../../../configurations/', import.meta.url))

describe('the samples in configurations/', () => {
  for (const file of readdirSync(SAMPLES))
    test(`${file} loads without a warning`, async () => {
      const text = readFileSync(`${SAMPLES}${file}`, 'utf8')
      const { configuration, warnings } = await parsed(text, {
        env: { OTLP_TOKEN: 'x' },
        resolveSecret: () => 'x',
        nowMs: Date.UTC(2026, 0, 1),
      })
      assert.deepEqual(warnings, [])
      assert.equal(`${configuration.name}.yaml`, file)
    })
})
