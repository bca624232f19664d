import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { createSystemClock } from '../../src/base/clock.ts'
import { type AnnotationName, annotations } from '../../src/control/injector/index.ts'
import {
  type Cluster,
  createKubeClient,
  type KubeClient,
  kinds,
  loadCluster,
  type Manifest,
} from '../../src/kube/index.ts'
import { eventually } from '../support/eventually.ts'
import { realKube } from '../support/real-kube.ts'
import { ROOT } from '../tools/manifests.ts'

const NAME = `sidelight-annotations-${process.pid}`
const TYPES = {
  ValidatingAdmissionPolicy: kinds.admissionPolicy,
  ValidatingAdmissionPolicyBinding: kinds.admissionPolicyBinding,
} as const

/** One annotation of each form, and what is and is not one. Whether it is, the injector says. */
const VALUES: Readonly<Partial<Record<AnnotationName, readonly string[]>>> = {
  enabled: ['true', 'YES', ' on ', '0', 'ture', '', 'null'],
  'app-port': ['1', '65535', '0', '65536', '-1', '80a', '1e3', '', ' 80', '99999999999', '+1'],
  'app-max-concurrency': ['-1', '0', '-2', '1000000', '1000001', '--1'],
  'app-id': ['cart', ' ', ''],
  'log-level': ['Debug', ' info', 'loud', ''],
  'block-shutdown-duration': ['0', '1h30m', '1.5s', '5', '-1s', 's', '1µs', '10 s'],
  'sidecar-cpu-limit': ['100m', '.5', '1.', '1e3', '64Mi', '1x', 'm', '', '-1'],
  'max-body-size': ['4Mi', '64Ki', '1.5M', '1000', '4MiB', '4T', '100m', 'Mi', ''],
  env: ['A=1', 'A=1,B=x=y', 'A=', 'A', '=1', 'A=1,', ''],
  'volume-mounts': ['data:/data', 'a:/a,b:/b', 'data', ':x'],
  'env-from-secret': ['A=b', 'A=b:c', 'A=b:c,D=e', 'A=', 'A=:c', 'A=b:', 'A=b:c:d', 'A'],
}

describe('the policy of annotations on a real API server', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let client: KubeClient

  /** What `kubectl apply` would show; nothing is kept. */
  async function warningsOf(
    kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob',
    given: Readonly<Record<string, string>> | undefined,
  ): Promise<string[]> {
    const labels = { app: 'it' }
    const isJob = kind.endsWith('Job')
    const containers = [{ name: 'app', image: 'app:1' }]
    const pod = { containers, ...(isJob && { restartPolicy: 'Never' }) }
    const template = { metadata: { labels, ...(given && { annotations: given }) }, spec: pod }
    const spec = {
      Deployment: { selector: { matchLabels: labels }, template },
      StatefulSet: { selector: { matchLabels: labels }, template, serviceName: 'it' },
      DaemonSet: { selector: { matchLabels: labels }, template },
      Job: { template },
      CronJob: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    }[kind]
    const group = isJob ? 'batch' : 'apps'
    const body = { apiVersion: `${group}/v1`, kind, metadata: { name: 'it' }, spec }
    const { headers, ...access } = await cluster.credentials()
    const url = new URL(
      `/apis/${group}/v1/namespaces/default/${kind.toLowerCase()}s?dryRun=All`,
      cluster.server,
    )
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        { ...access, method: 'POST', headers: { ...headers, 'content-type': 'application/json' } },
        (answer) => {
          answer.resume().once('error', reject)
          assert.equal(answer.statusCode, 201)
          const { warning = '' } = answer.headers
          resolve(
            [...String(warning).matchAll(/with binding '[^']+': (.*?)"(?:,|$)/g)].map(
              (m) => m[1] ?? '',
            ),
          )
        },
      )
      sent.once('error', reject).end(JSON.stringify(body))
    })
  }

  before(async function () {
    cluster = loadCluster({ kubeconfig: (await realKube(this)).kubeconfig })
    client = createKubeClient({ cluster, clock: createSystemClock(), userAgent: 'sidelight-test' })
    for (const document of parseAllDocuments(
      readFileSync(join(ROOT, 'k8s/base/annotation-policy.yaml'), 'utf8'),
    )) {
      const object = document.toJS() as Manifest & { kind: keyof typeof TYPES; spec: object }
      const spec = 'policyName' in object.spec ? { ...object.spec, policyName: NAME } : object.spec
      const write = { strict: true }
      await client.create(TYPES[object.kind], { ...object, metadata: { name: NAME }, spec }, write)
    }
    const bad = { 'dapr.io/enabled': 'ture' }
    await eventually(async () => (await warningsOf('Deployment', bad)).length === 1, {
      deadlineMs: 30_000,
    })
  })
  after(async () => {
    await client?.delete(kinds.admissionPolicyBinding, NAME)
    await client?.delete(kinds.admissionPolicy, NAME)
    cluster?.close()
  })

  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const)
    test(`warns whoever applies a ${kind} by annotation and need, and lets it in`, async () => {
      const given = { 'dapr.io/enabled': 'true', 'dapr.io/app-port': 'http', 'dapr.io/ap-id': 'x' }
      assert.deepEqual((await warningsOf(kind, given)).sort(), [
        'dapr.io/ap-id is unknown',
        'dapr.io/app-port: a whole number from 1 to 65535 is needed',
      ])
      assert.deepEqual(await warningsOf(kind, undefined), [])
    })

  test('says the same of each value as the injector', async () => {
    const differing: string[] = []
    for (const [name, values] of Object.entries(VALUES) as [AnnotationName, readonly string[]][])
      for (const value of values) {
        const isRead = annotations[name].read(value) !== undefined
        const warnings = await warningsOf('Deployment', { [`dapr.io/${name}`]: value })
        if (isRead !== (warnings.length === 0))
          differing.push(`${name} ${JSON.stringify(value)}: read ${isRead}, ${warnings}`)
      }
    assert.deepEqual(differing, [])
  })

  test('is understood by the API server in each of its expressions', async () => {
    const { status } = await eventually(async () => {
      const policy = await client.get(kinds.admissionPolicy, NAME)
      return policy?.status === undefined ? undefined : policy
    })
    const { typeChecking } = status as { typeChecking?: { expressionWarnings?: unknown[] } }
    assert.deepEqual(typeChecking?.expressionWarnings ?? [], [])
  })
})
