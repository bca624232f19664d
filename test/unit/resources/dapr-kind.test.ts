import assert from 'node:assert/strict'
import { parseResources } from '../../../src/resources/index.ts'

const parse = async (text: string) => (await parseResources([{ file: 'a.yaml', text }])).problems
const placesOf = async (text: string) =>
  (await parse(text)).map(({ line, path, code }) => `${line} ${path} ${code}`)

describe('a document of a resources directory that is not read', () => {
  for (const [text, place, cure] of [
    ['apiVersion: dapr.io/v1alpha1\nkind: Componnet', '2 kind KIND_UNKNOWN', 'mean Component?'],
    ['kind: component', '1 kind KIND_UNKNOWN', 'mean Component?'],
    ['apiVersion: v1\nkind: resiliency', '2 kind KIND_UNKNOWN', 'mean Resiliency?'],
    ['apiVersion: dpar.io/v1\nkind: Subscripton', '2 kind KIND_UNKNOWN', 'mean Subscription?'],
    ['apiVersion: dapr.io/v1alpha1\nkind: Widget', '2 kind KIND_UNKNOWN', 'Subscription'],
    ['apiversion: dapr.io/v1alpha1\nkind: 7', '2 kind KIND_UNKNOWN', 'Subscription'],
    ['apiVersion: dapr.io/v1alpha1\nspec: {}', '1 kind KIND_UNKNOWN', 'Subscription'],
    ['Kind: Component', '1 Kind FIELD_UNKNOWN', 'mean kind: Component?'],
    ['bind: 1\nKind: component', '2 Kind FIELD_UNKNOWN', 'mean kind: Component?'],
    ['kind: HTTPEndpont', '1 kind KIND_UNKNOWN', 'mean HTTPEndpoint?'],
    ['- kind: Component', '1 (document) NOT_A_RESOURCE', 'kind among them'],
    ['\njust words', '2 (document) NOT_A_RESOURCE', 'kind among them'],
  ] as const)
    test(`is told with its line: ${JSON.stringify(text)}`, async () => {
      const [problem, ...more] = await parse(text)
      assert.deepEqual([await placesOf(text), more], [[place], []])
      assert.equal(problem?.severity, 'warning')
      assert.ok(problem.message.endsWith(cure), problem.message)
    })

  for (const text of [
    'apiVersion: apps/v1\nkind: Deployment',
    'apiVersion: v1\nkind: Service',
    'apiVersion: v1\nkind: ConfigMap',
    'apiVersion: v1\nkind: Config',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization',
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component',
    'apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nspec: { channel: a }',
    'apiVersion: example.org/v1\nkind: Componnet',
    'apiVersion: dapr.io/v1alpha1\nkind: Configuration',
    'version: 1\napps: []',
    'kin: none\nbind: { a: 1 }',
    'kind: { toString: 1, valueOf: 1 }',
    '{}',
    '---\n# nothing\n',
  ])
    test(`is passed over when it is somebody else's: ${JSON.stringify(text)}`, async () =>
      assert.deepEqual(await parse(text), []))

  test('is a mistake of the resource when only the version is none', async () => {
    for (const version of ['dapr.io/v1', 'v1', 'dpar.io/v1alpha1']) {
      const text = `apiVersion: ${version}\nkind: Component\nmetadata: { name: a }\nspec: { type: state.redis }`
      assert.deepEqual(await placesOf(text), ['1 apiVersion FIELD_INVALID'])
    }
  })

  test('may have a misspelled apiVersion: the resource is read', async () => {
    const text =
      'apiversion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: a }\nspec: { type: state.redis }'
    assert.deepEqual(await placesOf(text), ['1 apiversion FIELD_UNKNOWN'])
    assert.match((await parse(text))[0]?.message ?? '', /did you mean apiVersion\?$/)
  })
})
