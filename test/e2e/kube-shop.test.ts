import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { kinds } from '../../src/kube/index.ts'
import { type ChildProgram, startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { type AppsCluster, openAppsCluster } from '../support/kube-apps.ts'
import { requirePartner } from '../support/partners.ts'
import { type RealPrometheus, startPrometheus } from '../support/real-prometheus.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { kustomize } from '../tools/kustomize.ts'

const SERVICES = ['customers', 'inventory', 'orders', 'shipping', 'storefront']
const DASHBOARDS = fileURLToPath(new URL('../../dashboards/prometheus/', import.meta.url))
const PATIENT = { deadlineMs: 60_000 }

type Spans = readonly {
  readonly traceId: string
  readonly localEndpoint?: { readonly serviceName?: string }
  readonly tags?: Readonly<Record<string, string>>
}[]

describe('the shop on a real API server', function () {
  this.timeout(120_000)
  let cluster: AppsCluster
  let redis: RealRedis
  let zipkin: ChildProgram
  let discovery: Discovery
  let prometheus: RealPrometheus

  before(async function () {
    cluster = await openAppsCluster(this, {
      namespace: 'shop',
      // Of the bundle, which runs on this machine.
      hostNames: ['redis.sidelight-system.svc', 'zipkin.sidelight-system.svc'],
      folders: {
        '/sidelight/shop': fileURLToPath(new URL('../../src/local/shop', import.meta.url)),
      },
    })
    const { host } = cluster.runner
    redis = await startRedis(this, { at: { host, port: 6379 } })
    zipkin = await spawnCli(['backend', '--memory', `--listen-address=${host}`, '--port=9411'])
    await cluster.plane.kubectl('apply', '-k', 'k8s/examples/shop')
    discovery = await startDiscovery(this, cluster)
    prometheus = await startPrometheus(this, { config: discovery.config })
  })
  after(async () => {
    await prometheus?.[Symbol.asyncDispose]()
    await discovery?.[Symbol.asyncDispose]()
    await zipkin?.stop()
    await cluster?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  test('runs as its manifests say, and nothing else', async () => {
    await eventually(async () => {
      const { items } = await cluster.plane.client.list(kinds.deployment, { namespace: 'shop' })
      const ready = items.map(({ metadata, status }) => [
        metadata.name,
        (status as { readyReplicas?: number }).readyReplicas,
      ])
      assert.deepEqual(
        ready,
        SERVICES.map((name) => [name, 1]),
      )
      return true
    }, PATIENT)
  })

  test('has a trace of an order through every service, by the default Configuration', async () => {
    const url = `http://${cluster.runner.host}:9411/api/v2/traces?serviceName=customers&limit=100`
    const whole = await eventually(async () => {
      const traces = (await (await fetch(url)).json()) as readonly Spans[]
      return traces.find((spans) => servicesOf(spans).length === SERVICES.length)
    }, PATIENT)
    assert.deepEqual(servicesOf(whole), SERVICES)
    assert.deepEqual([...new Set(whole.map(({ tags }) => tags?.['k8s.namespace.name']))], ['shop'])
  })

  test('has its state and messages in the Redis of the bundle', async () => {
    const keys = (await redis.command('KEYS', '*')) as string[]
    assert.ok(
      keys.some((key) => key.startsWith('inventory||')),
      keys.join(),
    )
    const topics = await Promise.all(keys.map((key) => redis.command('TYPE', key)))
    assert.ok(topics.includes('stream'))
  })

  test('is found by the Prometheus of the bundle, each sidecar once', async () => {
    await cluster.plane.client.create(kinds.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain', namespace: 'default' },
      spec: { containers: [{ name: 'app', image: 'app:1', ports: [{ containerPort: 9090 }] }] },
    })
    const up = await eventually(async () => {
      const found = await prometheus.query('up{job="sidelight"}')
      assert.equal(found.filter(({ value }) => value[1] === '1').length, SERVICES.length)
      return found
    }, PATIENT)
    const named = up.map(({ metric: { namespace, app_id, pod } }) => ({ namespace, app_id, pod }))
    assert.deepEqual(named.map(({ app_id }) => app_id).sort(), SERVICES)
    for (const { namespace, app_id, pod } of named) {
      assert.equal(namespace, 'shop')
      assert.match(pod ?? '', new RegExp(`^${app_id}-`))
    }
    const requests = await eventually(async () => {
      const found = await prometheus.query(
        'sum by (app_id) (dapr_http_server_request_count{namespace="shop"})',
      )
      return found.length >= SERVICES.length - 1 ? found : undefined
    }, PATIENT)
    assert.ok(requests.every(({ value }) => Number(value[1]) > 0))
  })
})

const servicesOf = (spans: Spans): readonly string[] =>
  [...new Set(spans.flatMap(({ localEndpoint }) => localEndpoint?.serviceName ?? []))].sort()

interface Discovery extends AsyncDisposable {
  /** What is found, for a Prometheus. */
  readonly config: string
}

/** The discovery of the bundle's Prometheus, as its service account, from outside of the cluster. */
async function startDiscovery(context: Mocha.Context, { plane }: AppsCluster): Promise<Discovery> {
  const program = requirePartner(context, 'kubeSd')
  const rights = kustomize('.').filter(
    ({ kind, metadata }) =>
      /Role|ServiceAccount/.test(kind) && /^(sidelight-)?prometheus$/.test(metadata.name),
  )
  await plane.apply(rights.map((object) => JSON.stringify(object)).join('\n---\n'))
  const kubeconfig = await plane.kubeconfigOf('prometheus')
  const text = await readFile(`${DASHBOARDS}prometheus.kubernetes.yaml`, 'utf8')
  const directory = await temporaryDirectory()
  const [file, found] = [directory.file('prometheus.yaml'), directory.file('found.json')]
  await writeFile(
    file,
    text
      .replaceAll('- role: pod', `- role: pod\n        kubeconfig_file: ${kubeconfig}`)
      .replace('own_namespace: true', 'names: [sidelight-system]'),
  )
  const discovery = await startProgram(program, [file, found])
  return {
    config: stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [`${DASHBOARDS}*.rules.yaml`],
      scrape_configs: [
        {
          job_name: 'found',
          honor_labels: true,
          file_sd_configs: [{ files: [found], refresh_interval: '1s' }],
        },
      ],
    }),
    async [Symbol.asyncDispose]() {
      await discovery.stop()
      await directory[Symbol.asyncDispose]()
    },
  }
}
