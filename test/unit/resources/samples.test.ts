import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseResources } from '../../../src/resources/index.ts'
import { blockOf, drivers } from '../../../src/sidecar/components/blocks.ts'
import { parsed } from './problem-of.ts'

const SAMPLES = fileURLToPath(new URL('../../../configurations/', import.meta.url))

describe('the samples in configurations/', () => {
  for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.yaml')))
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

  test('of all building blocks load without a warning', async () => {
    const directory = `${SAMPLES}blocks/`
    const files = readdirSync(directory).map((name) => ({
      file: name,
      text: readFileSync(`${directory}${name}`, 'utf8'),
    }))
    const { resources, problems } = await parseResources(files)
    assert.deepEqual(problems, [])
    const { components, subscriptions, resiliencies } = resources
    assert.deepEqual([subscriptions.length, resiliencies.length], [1, 1])
    // One of each that an app calls; handlers stand in pipelines.
    const blocks = new Set(components.map(({ resource }) => blockOf(resource.type)))
    const all = Object.keys(drivers).filter((name) => name !== 'middleware')
    assert.deepEqual([...blocks].sort(), all.sort())
  })
})
