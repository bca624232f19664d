import assert from 'node:assert/strict'
import { parseResources } from '../../../../src/resources/index.ts'
import { withSecretStore } from '../../../../src/sidecar/cluster/builtin-secret-store.ts'

const component = (name: string) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'shop', generation: 3 },
  spec: { type: 'secretstores.local.env', version: 'v1', metadata: [] },
})

describe('the secret store of every app in a cluster', () => {
  test('is a Component like others, and does not end the sidecar', async () => {
    const [made] = withSecretStore([], 'shop')
    const { resources, problems } = await parseResources([
      { file: 'x', text: JSON.stringify(made) },
    ])
    assert.deepEqual(problems, [])
    const [{ resource } = assert.fail()] = resources.components
    assert.equal(resource.name, 'kubernetes')
    assert.equal(resource.type, 'secretstores.kubernetes')
    assert.equal(resource.ignoreErrors, true)
  })

  test('gives way to a Component of its name, and to no other', () => {
    const names = (...given: string[]) =>
      withSecretStore(given.map(component), 'shop').map(({ metadata }) => metadata.generation)
    assert.deepEqual(names('kubernetes'), [3])
    assert.deepEqual(names('vault'), [3, 0])
  })
})
