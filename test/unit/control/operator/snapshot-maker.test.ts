import assert from 'node:assert/strict'
import {
  type ClusterResource,
  readClusterResource,
} from '../../../../src/control/operator/cluster-resource.ts'
import type { SecretReference } from '../../../../src/control/operator/secret-references.ts'
import { makeSnapshot, resourcesFor } from '../../../../src/control/operator/snapshot-maker.ts'
import type { StreamedKind } from '../../../../src/control/operator/streamed-kinds.ts'

const read = (kind: StreamedKind, namespace: string, name: string, fields: object = {}) =>
  readClusterResource(kind, {
    apiVersion: 'dapr.io/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      generation: 1,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'all of it' },
    },
    ...fields,
  })

function cluster(...resources: readonly ClusterResource[]) {
  const asked: SecretReference[] = []
  return {
    asked,
    sources: {
      controlPlane: 'system',
      find: (key: string) => resources.find((each) => each.key === key),
      othersOf: (namespace: string) =>
        resources.filter((each) => each.namespace === namespace && each.kind !== 'Configuration'),
      secrets: {
        async get(reference: SecretReference) {
          asked.push(reference)
          return reference.name === 'absent' ? undefined : `value of ${reference.key}`
        },
      },
      trustAnchors: () => 'PEM',
    },
  }
}
const orders = { namespace: 'shop', appId: 'orders', config: 'tracing' }

describe('readClusterResource', () => {
  test('has the status that is noted in an annotation, beside Dapr, and sends it to nobody', () => {
    const noted = (text: string) =>
      readClusterResource('Component', {
        metadata: { name: 'a', namespace: 'shop', annotations: { 'sidelight.dev/status': text } },
      })
    assert.deepEqual(noted('{"appliedSummary":"1/1"}').status, { appliedSummary: '1/1' })
    assert.equal(noted('edited by hand').status, undefined)
    assert.equal(noted('{}').streamed.metadata.annotations, undefined)
  })
})

describe('resourcesFor', () => {
  const named = read('Configuration', 'shop', 'tracing')
  const ofNamespace = read('Configuration', 'shop', 'default')
  const ofCluster = read('Configuration', 'system', 'default')
  const configurationOf = (...all: readonly ClusterResource[]) =>
    resourcesFor(orders, cluster(...all).sources).configuration?.key

  test('takes the Configuration that is named, else the default of the namespace, else of the cluster', () => {
    assert.equal(configurationOf(ofCluster, ofNamespace, named), named.key)
    assert.equal(configurationOf(ofCluster, ofNamespace), ofNamespace.key)
    assert.equal(configurationOf(ofCluster), ofCluster.key)
    assert.equal(configurationOf(), undefined)
  })

  test('takes what has no scopes or names the app, of its own namespace', () => {
    const { others } = resourcesFor(
      orders,
      cluster(
        read('Component', 'shop', 'open'),
        read('Component', 'shop', 'mine', { scopes: ['orders', 'x'] }),
        read('Component', 'shop', 'other', { scopes: ['x'] }),
        read('Component', 'shop', 'broken', { scopes: 'orders' }),
        read('Component', 'elsewhere', 'open'),
      ).sources,
    )
    assert.deepEqual(
      others.map(({ name }) => name),
      ['open', 'mine'],
    )
  })
})

describe('makeSnapshot', () => {
  const component = (store: string | undefined, secret: string) =>
    read('Component', 'shop', `with-${secret}`, {
      spec: { metadata: [{ name: 'a', secretKeyRef: { name: secret, key: 'k' } }] },
      ...(store !== undefined && { auth: { secretStore: store } }),
    })
  const contentOf = async (...all: readonly ClusterResource[]) => {
    const { sources, asked } = cluster(...all)
    const made = await makeSnapshot(orders, sources)
    return { made, asked, content: JSON.parse(made.line) }
  }

  test('has values of Secrets beside the references, of the cluster’s own store only', async () => {
    const { content, asked } = await contentOf(
      component(undefined, 'one'),
      component('kubernetes', 'two'),
      component('vault', 'three'),
      component(undefined, 'absent'),
    )
    assert.deepEqual(content.secrets, { 'shop/one/k': 'value of k', 'shop/two/k': 'value of k' })
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['one', 'two', 'absent'],
    )
    assert.equal(content.resources[1].auth, undefined)
    assert.deepEqual(content.resources[2].auth, { secretStore: 'vault' })
  })

  test('looks for the Secrets of a Configuration in its own namespace', async () => {
    const headers = [{ name: 'x', secretKeyRef: { name: 'key', key: 'k' } }]
    const { asked } = await contentOf(
      read('Configuration', 'system', 'default', {
        spec: { tracing: { zipkin: { headers } } },
      }),
    )
    assert.deepEqual(asked, [{ namespace: 'system', name: 'key', key: 'k' }])
  })

  test('is the same for the same content, and leaves out what kubectl and the operator write', async () => {
    const one = await contentOf(
      read('Component', 'shop', 'a', { status: { appliedSummary: '1/1' } }),
    )
    const two = await contentOf(
      read('Component', 'shop', 'a', { status: { appliedSummary: '0/1' } }),
    )
    assert.equal(one.made.version, two.made.version)
    assert.doesNotMatch(one.made.line, /all of it|appliedSummary/)
    assert.deepEqual([...one.made.revisions], [...two.made.revisions])
    assert.deepEqual([...one.made.revisions.keys()], ['Component/shop/a'])
  })
})
