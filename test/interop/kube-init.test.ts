import assert from 'node:assert/strict'
import { createSystemClock } from '../../src/base/clock.ts'
import { bundleObjects } from '../../src/cli/cluster/bundle.ts'
import {
  type Cluster,
  createKubeClient,
  type KubeClient,
  kinds,
  loadCluster,
} from '../../src/kube/index.ts'
import { eventually } from '../support/eventually.ts'
import { requirePartner } from '../support/partners.ts'
import { type OwnKube, ownKube } from '../support/real-kube.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { kustomize, manifestsIn } from '../tools/kustomize.ts'

const NAMESPACE = 'sidelight-system'

describe('the bundle of the command line', () => {
  for (const [besideDapr, overlay] of [
    [false, '.'],
    [true, 'beside-dapr'],
  ] as const)
    test(`is what kubectl apply -k k8s/${overlay} applies`, function () {
      requirePartner(this, 'kubectl')
      const bundle = bundleObjects({ besideDapr, namespace: NAMESPACE, without: [] })
      const byName = (object: { kind: string; metadata: { name?: string } }) =>
        `${object.kind} ${object.metadata.name}`
      const sorted = (objects: readonly { kind: string; metadata: { name?: string } }[]) =>
        [...objects].sort((a, b) => (byName(a) < byName(b) ? -1 : 1))
      const built = JSON.stringify(sorted(kustomize(overlay))).replaceAll(
        '"app.kubernetes.io/managed-by":"kustomize"',
        '"app.kubernetes.io/managed-by":"sidelight"',
      )
      assert.deepEqual(sorted(bundle), JSON.parse(built))
    })
})

describe('sidelight init, upgrade and uninstall on a real API server', function () {
  this.timeout(90_000)
  let kube: OwnKube
  let cluster: Cluster
  let client: KubeClient

  const run = async (...args: readonly string[]) => {
    const program = await spawnCli([...args, '-k', `--kubeconfig=${kube.kubeconfig}`])
    const { code } = await program.exit
    return { code, output: program.output, stdout: program.stdout }
  }
  const names = async (type: (typeof kinds)[keyof typeof kinds]) =>
    (await client.list(type, { labelSelector: 'app.kubernetes.io/part-of=sidelight' })).items.map(
      ({ metadata }) => metadata.name,
    )

  before(async function () {
    kube = await ownKube(this, { runPods: true })
    cluster = loadCluster({ kubeconfig: kube.kubeconfig })
    client = createKubeClient({ cluster, clock: createSystemClock(), userAgent: 'sidelight-test' })
  })
  after(async () => {
    cluster?.close()
    await kube?.stop()
  })

  test('names every wrong flag at once, and asks no cluster', async () => {
    const { code, output } = await run(
      ...['init', '--without=zipkin,nothing', '--namespace=A b', '--zipkin=http://me:pw@zipkin'],
    )
    assert.equal(code, 2)
    assert.match(
      output,
      /--without: there are zipkin, prometheus, grafana, redis \(seen "nothing"\)/,
    )
    assert.match(output, /--zipkin: a base URL without path and login/)
    assert.match(output, /--namespace: a namespace has lower case letters/)
    assert.doesNotMatch(output, /me:pw/)
  })

  test('writes its manifests for those who keep them elsewhere', async () => {
    const { code, stdout } = await run(
      ...['init', '--print', '--namespace=mine', '--image=mirror/sidelight:7'],
      ...['--without=zipkin,redis', '--zipkin=http://zipkin.tracing:9411/'],
    )
    assert.equal(code, 0)
    const objects = manifestsIn(stdout)
    assert.ok(objects.every(({ metadata }) => !/redis|^zipkin/.test(metadata.name)))
    assert.doesNotMatch(stdout, /sidelight-system|sidelight\/sidelight:/)
    assert.match(stdout, /--upstream=http:\/\/zipkin\.tracing:9411\b/)
    assert.match(stdout, /endpointAddress: http:\/\/zipkin\.tracing:9411\/api\/v2\/spans/)
    assert.match(stdout, /SIDECAR_IMAGE\n +value: mirror\/sidelight:7/)
  })

  test('checks everything and changes nothing by a dry run', async () => {
    const { code, output } = await run('init', '--dry-run')
    assert.equal(code, 0, output)
    assert.match(output, /control plane +\d+ created \(dry run\)/)
    assert.equal(await client.get(kinds.namespace, NAMESPACE), undefined)
    assert.deepEqual(await names(kinds.definition), [])
  })

  test('installs, waits until all is ready, and changes nothing when it is run again', async () => {
    const { code, output } = await run('init', '--without', 'grafana')
    assert.equal(code, 0, output)
    assert.match(output, /sidelight-operator +ready after \d+ s/)
    assert.match(output, /prometheus +ready after/)
    assert.doesNotMatch(output, /grafana/)
    assert.match(output, /Ready\. An app needs these annotations/)
    const again = await run('init', '--without', 'grafana', '--wait=false')
    assert.doesNotMatch(again.output, /created|changed,|\d+ changed/)
    const status = await run('status')
    assert.match(status.output, /redis +sidelight-system +True +Running +1/)
  })

  test('does not install a second one elsewhere', async () => {
    const { code, output } = await run('init', '--namespace', 'other')
    assert.equal(code, 2)
    assert.match(output, /Sidelight is in namespace sidelight-system already.*INSTALLED_ELSEWHERE/)
  })

  test('upgrades what is there as it was installed, and names sidecars that are older', async () => {
    const label = { 'app.kubernetes.io/version': '0.0.9' }
    const operator = { name: 'sidelight-operator', namespace: NAMESPACE }
    const set = (version: string) =>
      client.patch(kinds.deployment, operator, {
        merge: { metadata: { labels: { 'app.kubernetes.io/version': version } } },
      })
    await client.patch(kinds.deployment, operator, { merge: { metadata: { labels: label } } })
    assert.match((await run('init')).output, /Sidelight 0\.0\.9 is installed; sidelight upgrade -k/)
    await client.create(kinds.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'old',
        namespace: 'default',
        labels: { 'dapr.io/sidecar-injected': 'true', 'dapr.io/app-id': 'old' },
      },
      spec: { containers: [{ name: 'daprd', image: 'sidelight/sidelight:0.0.9' }] },
    })
    const { code, output } = await run('upgrade')
    assert.equal(code, 0, output)
    assert.match(output, /Sidelight 0\.0\.9 in namespace sidelight-system becomes 0\.1\.0/)
    assert.match(
      output,
      /1 sidecar of another version: kubectl rollout restart pod\/old -n default/,
    )
    assert.equal(await client.get(kinds.deployment, 'grafana', NAMESPACE), undefined)
    await set('99.0.0')
    assert.match(
      (await run('upgrade')).output,
      /99\.0\.0 is installed, which is newer.*UPGRADE_BACK/,
    )
    await set('0.1.0')
  })

  test('says what keeps a part from being ready', async () => {
    const namespace = NAMESPACE
    await client.create(kinds.resourceQuota, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace },
      spec: { hard: { pods: '0' } },
    })
    const { code, output } = await run('init', '--timeout=4s')
    assert.equal(code, 1)
    assert.match(
      output,
      /error: Deployment sidelight-system\/grafana is not ready after 4 s: .*exceeded quota.*; the namespace does not admit/,
    )
    await client.delete(kinds.resourceQuota, 'none', namespace)
  })

  test('removes all but what is others’, and that too when it is told so twice', async () => {
    await client.create(kinds.configuration, {
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Configuration',
      metadata: { name: 'mine', namespace: 'default' },
      spec: {},
    })
    const dry = await run('uninstall', '--dry-run')
    assert.match(dry.output, /Deployment sidelight-system\/sidelight-operator would be deleted/)
    const { code, output } = await run('uninstall')
    assert.equal(code, 0, output)
    assert.match(output, /^MutatingWebhookConfiguration sidelight-injector deleted/)
    assert.match(output, /1 pod has a sidecar, which runs on/)
    assert.deepEqual(await names(kinds.deployment), [])
    assert.deepEqual(await names(kinds.clusterRole), [])
    assert.ok(await client.get(kinds.configuration, 'mine', 'default'))
    assert.ok(await client.get(kinds.namespace, NAMESPACE))

    const refused = await run('uninstall', '--all')
    assert.equal(refused.code, 2)
    assert.match(refused.output, /with the definitions go 1 Configuration; --yes does it/)
    assert.equal((await run('uninstall', '--all', '--yes')).code, 0)
    await eventually(
      async () => {
        assert.deepEqual(await names(kinds.definition), [])
        assert.equal(await client.get(kinds.namespace, NAMESPACE), undefined)
        return true
      },
      { deadlineMs: 30_000 },
    )
    assert.match((await run('uninstall')).output, /Sidelight is not in this cluster/)
  })

  test('goes beside a Dapr that it finds, and leaves its definitions alone', async () => {
    await client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'dapr-system' },
    })
    await client.create(kinds.deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'dapr-operator',
        namespace: 'dapr-system',
        labels: { app: 'dapr-operator', 'app.kubernetes.io/version': '1.18.2' },
      },
      spec: {
        selector: { matchLabels: { app: 'dapr-operator' } },
        template: {
          metadata: { labels: { app: 'dapr-operator' } },
          spec: { containers: [{ name: 'dapr-operator', image: 'daprio/operator:1.18.2' }] },
        },
      },
    })
    const refused = await run('init', '--beside-dapr=false')
    assert.match(refused.output, /Dapr 1\.18\.2 is in namespace dapr-system.*DAPR_INSTALLED/)
    const { code, output } = await run('init')
    assert.equal(code, 0, output)
    assert.match(output, /its definitions and Services stay as they are/)
    assert.match(output, /and the label sidelight\.dev\/inject: "true"/)
    assert.deepEqual(await names(kinds.definition), [])
    const operator = await client.get(kinds.deployment, 'sidelight-operator', NAMESPACE)
    assert.match(JSON.stringify(operator?.spec), /--beside-dapr/)
    const upgraded = await run('upgrade', '--wait=false')
    assert.doesNotMatch(upgraded.output, /created|\d+ changed/)
  })
})
