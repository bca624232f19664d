import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requirePartner } from '../support/partners.ts'
import { podOf } from '../support/pod-of.ts'
import { CHART_DIRECTORY, renderChart } from '../tools/helm-chart.ts'
import { kustomize, type Manifest, manifestsIn } from '../tools/kustomize.ts'
import { NAMESPACE } from '../tools/manifest-names.ts'
import { ROOT } from '../tools/manifests.ts'

const byTitle = (all: readonly Manifest[]): Readonly<Record<string, Manifest>> =>
  Object.fromEntries(all.map((each) => [`${each.kind} ${each.metadata.name}`, each]))

describe('the Helm chart', function () {
  this.timeout(30_000)
  let helm: string

  before(function () {
    requirePartner(this, 'kubectl')
    helm = requirePartner(this, 'helm')
  })

  const template = (values: object = {}, namespace = NAMESPACE): Manifest[] =>
    manifestsIn(
      execFileSync(helm, [CHART_DIRECTORY, namespace], {
        // JSON is YAML.
        input: JSON.stringify(values),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      }),
    )
  const workload = (all: readonly Manifest[], name: string) =>
    podOf(byTitle(all)[`Deployment ${name}`] ?? assert.fail(`no ${name}`))?.spec

  test('is the one that the manifests make: else run `npm run manifests`', () => {
    for (const { path, text } of renderChart())
      assert.equal(readFileSync(join(ROOT, path), 'utf8'), text, path)
  })

  test('installs what kubectl apply -k k8s applies, but for the namespace, which is Helm’s', () => {
    const expected = kustomize('.').filter(({ kind }) => kind !== 'Namespace')
    const labelled = JSON.stringify(template()).replaceAll('"Helm"', '"kustomize"')
    // Helm never changes a definition, its labels neither.
    const bare = (object: Manifest): Manifest =>
      object.kind === 'CustomResourceDefinition'
        ? { ...object, metadata: { name: object.metadata.name } }
        : object
    assert.deepEqual(byTitle(JSON.parse(labelled).map(bare)), byTitle(expected.map(bare)))
  })

  test('is in its release’s namespace, and mentions no other', () => {
    const all = template({}, 'elsewhere')
    assert.ok(
      !JSON.stringify(all.filter(({ kind }) => kind !== 'CustomResourceDefinition')).includes(
        NAMESPACE,
      ),
    )
    assert.equal(byTitle(all)['Deployment zipkin']?.metadata.namespace, 'elsewhere')
  })

  for (const part of ['zipkin', 'prometheus', 'grafana', 'redis'])
    test(`leaves ${part} out`, () => {
      const less = byTitle(template({ [part]: { enabled: false } }))
      const gone = Object.keys(byTitle(template())).filter((title) => !(title in less))
      assert.ok(gone.includes(`ServiceAccount ${part}`))
      for (const title of gone) assert.ok(title.includes(part), title)
    })

  test('takes the values that people change', () => {
    const all = template({
      image: { repository: 'registry.example/sidelight', tag: '9.9.9' },
      imagePullSecrets: [{ name: 'pull' }],
      nodeSelector: { disk: 'fast' },
      secretReader: { enabled: false },
      tracing: { samplingRate: 1, zipkinEndpoint: 'http://elsewhere:9411/api/v2/spans' },
      operator: { replicas: 3, resources: { limits: { memory: '2Gi' } } },
    })
    const titles = byTitle(all)
    const operator = workload(all, 'sidelight-operator')
    assert.equal(operator?.containers[0]?.image, 'registry.example/sidelight:9.9.9')
    assert.deepEqual(operator?.containers[0]?.resources?.limits, { memory: '2Gi' })
    const injector = workload(all, 'sidelight-injector')?.containers[0]
    assert.equal(
      injector?.env?.find(({ name }) => name === 'SIDECAR_IMAGE')?.value,
      injector?.image,
    )
    for (const spec of all.flatMap((each) => podOf(each)?.spec ?? []))
      assert.deepEqual(
        { nodeSelector: { disk: 'fast' }, imagePullSecrets: [{ name: 'pull' }] },
        (({ nodeSelector, imagePullSecrets }: Scheduling) => ({ nodeSelector, imagePullSecrets }))(
          spec as Scheduling,
        ),
      )
    assert.ok(!('ClusterRole sidelight-secret-reader' in titles))
    const { data } = titles['ConfigMap sidelight-default-configuration'] as unknown as {
      data: Record<string, string>
    }
    assert.match(
      data['configuration.yaml'] ?? '',
      /samplingRate: "1"\n.*\n.*http:\/\/elsewhere:9411/,
    )
  })
})

interface Scheduling {
  readonly nodeSelector?: object
  readonly imagePullSecrets?: object
}
