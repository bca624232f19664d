import assert from 'node:assert/strict'
import { resourceFields } from '../../../src/resources/index.ts'
import type { StructuralSchema } from '../../../src/wire/structural-schema.ts'
import { definitionOf } from '../../support/definition-of.ts'
import { renderCrds } from '../../tools/manifests.ts'

const KINDS = ['Component', 'Configuration', 'HTTPEndpoint', 'Resiliency', 'Subscription'] as const
const MAX_BYTES = 200 * 1024

/** Every schema below this one, itself last, with its path as the reference page writes it. */
function* walk(schema: StructuralSchema, path = ''): Generator<[string, StructuralSchema]> {
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    yield* walk(field, path === '' ? name : `${path}.${name}`)
  if (schema.items !== undefined) yield* walk(schema.items, `${path}[]`)
  if (schema.additionalProperties !== undefined)
    yield* walk(schema.additionalProperties, `${path}.<name>`)
  yield [path, schema]
}

describe('the committed custom resource definitions', () => {
  test('come out the same twice, each small enough for a server to keep', () => {
    assert.deepEqual(renderCrds(), renderCrds())
    for (const { path, text } of renderCrds()) assert.ok(text.length < MAX_BYTES, path)
  })
})

describe('a custom resource definition', () => {
  for (const kind of KINDS)
    test(`of a ${kind} has every field of the reference page, or takes anything there`, () => {
      for (const { schema } of definitionOf(kind).spec.versions) {
        const all = new Map(walk(schema.openAPIV3Schema))
        const anything = [...all].flatMap(([path, each]) =>
          each['x-kubernetes-preserve-unknown-fields'] ? [path] : [],
        )
        const missing = resourceFields(kind)
          .map(({ path }) => path)
          .filter((path) => !all.has(path) && !path.startsWith('metadata.'))
          .filter((path) => !anything.some((open) => path.startsWith(open)))
        assert.deepEqual(missing, [])
      }
    })

  test('asks nothing but the shape of what is Dapr’s, and fills nothing in', () => {
    const shape = new Set([
      ...['description', 'type', 'properties', 'items', 'additionalProperties'],
      ...['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'],
    ])
    const strict: string[] = []
    for (const kind of KINDS)
      for (const { schema } of definitionOf(kind).spec.versions)
        for (const [path, each] of walk(schema.openAPIV3Schema)) {
          assert.ok(!('default' in each), path)
          if (Object.keys(each).some((key) => !shape.has(key))) strict.push(path)
        }
    const dapr = strict.filter((path) => !/^(status|spec\.tracing\.sampling)\b(?!Rate)/.test(path))
    assert.deepEqual(dapr, [])
    assert.ok(strict.includes('spec.tracing.sampling.rules[].rate'))
  })
})
