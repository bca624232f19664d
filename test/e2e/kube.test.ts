import assert from 'node:assert/strict'
import { request } from 'node:https'
import { kinds, TRUST_SECRET } from '../../src/kube/index.ts'
import { eventually } from '../support/eventually.ts'
import {
  APPS,
  type AppsCluster,
  appDeployment,
  authorityOf,
  openAppsCluster,
  PATIENT,
  type Status,
} from '../support/kube-apps.ts'
import type { ControlPlane } from '../support/kube-control-plane.ts'
import { grantedTo, rightsFor } from '../support/kube-rights.ts'
import type { PodRunner } from '../support/pods/pod-runner.ts'
import type { SpanReceiver } from '../support/span-receiver.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { kustomize } from '../tools/kustomize.ts'

describe('Sidelight on a real API server', function () {
  this.timeout(120_000)
  let cluster: AppsCluster
  let plane: ControlPlane
  let runner: PodRunner
  let receiver: SpanReceiver
  const conditionOf = ({ conditions }: Status, type: string) =>
    conditions.find((each) => each.type === type)

  before(async function () {
    cluster = await openAppsCluster(this)
    ;({ plane, runner, receiver } = cluster)
    await cluster.configure('1')
    await plane.apply(appDeployment('back', 2))
    await plane.apply(appDeployment('front', 1))
    await cluster.isReady('back', 2)
    await cluster.isReady('front', 1)
    // Names of pods that are ready come a moment later.
    await eventually(async () => (await cluster.ask('/ask/back')).status === 200, PATIENT)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  test('says of a Configuration that every sidecar runs it, also to kubectl', async () => {
    await cluster.applied('3/3')
    const table = await plane.kubectl('get', 'configurations', '-n', APPS)
    assert.match(table, /NAME +RATE +APPLIED +ACCEPTED +AGE\ntracing +1 +3\/3 +True/)
  })

  test('lists what is in the cluster on the command line', async () => {
    const list = async (...args: readonly string[]) => {
      const program = await spawnCli([...args, '-k', `--kubeconfig=${cluster.kubeconfig}`])
      assert.equal((await program.exit).code, 0, program.output)
      return program.output
    }
    const status = await list('status')
    assert.match(status, /^NAME +NAMESPACE +HEALTHY +STATUS +REPLICAS +VERSION +AGE +CREATED\n/)
    assert.match(
      status,
      /sidelight-operator +sidelight-system +False +Waiting \(0\/2\) +2 +0\.1\.0/,
    )
    const configurations = await list('configurations', '-n', APPS)
    assert.match(configurations, /apps +tracing +true +true +1 +3\/3 +True/)
    const json = await list('configurations', '-n', APPS, '-o', 'json')
    assert.equal(JSON.parse(json).length, 1)
    assert.doesNotMatch(json, /last-applied|managedFields/)
  })

  test('makes the default Configuration where there is none, and does not touch it again', async () => {
    const found = await eventually(() =>
      plane.client.get(kinds.configuration, 'default', 'sidelight-system'),
    )
    assert.equal((found.spec as { tracing: { samplingRate: string } }).tracing.samplingRate, '0.1')
  })

  test('has one trace of a call between pods that find each other by DNS', async () => {
    assert.equal((await cluster.ask('/ask/back')).status, 200)
    const ofTrace = (id: string) => receiver.spans.filter(({ traceId }) => traceId === id)
    const services = (spans: typeof receiver.spans) =>
      new Set(spans.map(({ localEndpoint }) => localEndpoint?.serviceName))
    const whole = () =>
      receiver.spans.find(({ traceId }) => services(ofTrace(traceId)).size === 2)?.traceId
    await receiver.waitFor(() => whole() !== undefined)
    const tags = ofTrace(whole() ?? '').map((span) => span.tags?.['k8s.deployment.name'])
    assert.deepEqual([...new Set(tags)].sort(), ['back', 'front'])
  })

  test('has a changed rate in force everywhere, and no request fails', async () => {
    let isOver = false
    const statuses: number[] = []
    const traffic = (async () => {
      while (!isOver) statuses.push((await cluster.ask('/ask/back')).status)
    })()
    for (const rate of ['0.5', '0.25', '0']) {
      await cluster.configure(rate)
      await cluster.applied('3/3')
    }
    isOver = true
    await traffic
    assert.ok(statuses.length > 0)
    assert.deepEqual([...new Set(statuses)], [200])
    await cluster.ask('/ask/nobody')
    await cluster.configure('1')
    await cluster.applied('3/3')
    await cluster.ask('/ask/somebody')
    const names = () => receiver.spans.map(({ name }) => name ?? '').join(' ')
    await receiver.waitFor(() => names().includes('somebody'))
    assert.doesNotMatch(names(), /nobody/)
    await receiver.waitFor(() =>
      receiver.spans.some(
        ({ name, tags }) =>
          name === 'rollout configuration' &&
          tags?.['sidelight.resource.name'] === 'tracing' &&
          tags['sidelight.rollout.applied'] === '3/3',
      ),
    )
  })

  test('says what is wrong with a bad one, by path; the last good one stays', async () => {
    await cluster.configure('a lot')
    const status = await eventually(async () => {
      const { generation, status } = await cluster.statusOf()
      assert.equal(status.observedGeneration, generation)
      assert.equal(status.sidecars.failed.count, 3)
      return status
    }, PATIENT)
    assert.equal(conditionOf(status, 'Accepted')?.status, 'False')
    assert.match(conditionOf(status, 'Accepted')?.message ?? '', /spec\.tracing\.samplingRate/)
    await eventually(async () =>
      (await cluster.eventsOf('tracing')).some((line) => line.startsWith('SpecRejected')),
    )
    receiver.clear()
    await cluster.ask('/ask/back')
    await receiver.waitFor(({ spans }) => spans.length > 0)
    await cluster.configure('1')
    await cluster.applied('3/3')
  })

  test('gives a Component its secret, and only to the apps of its scope', async () => {
    await plane.client.create(kinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'where', namespace: APPS },
      stringData: { file: '/tmp/of-the-secret' },
    })
    await plane.apply(
      JSON.stringify({
        apiVersion: 'dapr.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'files', namespace: APPS },
        spec: {
          type: 'bindings.localstorage',
          version: 'v1',
          metadata: [{ name: 'rootPath', secretKeyRef: { name: 'where', key: 'file' } }],
        },
        auth: { secretStore: 'kubernetes' },
        scopes: ['front'],
      }),
    )
    const status = await eventually(async () => {
      const { status } = await cluster.statusOf('files', kinds.component)
      assert.equal(status.appliedSummary, '1/1')
      return status
    }, PATIENT)
    assert.equal(conditionOf(status, 'Applied')?.status, 'True')
    const [front] = runner.running('front')
    const output = front?.containers.get('daprd')?.output ?? ''
    assert.match(output, /files/)
    assert.doesNotMatch(output, /of-the-secret/)
  })

  test('gives the sidecar the account of its pod, by which it reads secrets', async () => {
    const pods = await plane.client.list(kinds.pod, { namespace: APPS, labelSelector: 'app=front' })
    assert.ok(pods.items[0])
    const { containers } = pods.items[0].spec as {
      readonly containers: readonly { name: string; volumeMounts: { mountPath: string }[] }[]
    }
    const daprd = containers.find(({ name }) => name === 'daprd')
    assert.ok(
      daprd?.volumeMounts.some(
        ({ mountPath }) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount',
      ),
    )
  })

  test('lets a request in only with a token for it, of a pod that is there', async () => {
    const status = (token: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(
          {
            host: runner.host,
            port: 6500,
            method: 'POST',
            path: '/v1/stream',
            rejectUnauthorized: false,
            agent: false,
            headers: { authorization: `Bearer ${token}` },
          },
          (answer) => {
            resolve(answer.statusCode)
            sent.destroy()
          },
        )
        sent.on('error', reject)
        sent.write('\n')
      })
    const tokenOf = async (audiences: readonly string[], of?: object): Promise<string> => {
      const made = await plane.client.createSubresource(
        kinds.serviceAccount,
        { name: 'default', namespace: APPS },
        'token',
        {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences, boundObjectRef: of },
        },
      )
      return (made.status as { token: string }).token
    }
    assert.equal(await status('nonsense'), 401)
    assert.equal(await status(await tokenOf([])), 401)
    assert.equal(await status(await tokenOf(['sidelight.dev/operator'])), 401)
    const { metadata } = await plane.client.create(kinds.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain', namespace: APPS },
      spec: { containers: [{ name: 'app', image: 'app:1' }] },
    })
    const of = { apiVersion: 'v1', kind: 'Pod', name: 'plain', uid: metadata.uid }
    assert.equal(await status(await tokenOf(['sidelight.dev/operator'], of)), 401)
  })

  test('goes on without an operator, and turns to the next one', async () => {
    cluster.operator.kill('SIGKILL')
    await cluster.operator.exit
    for (let i = 0; i < 5; i++) assert.equal((await cluster.ask('/ask/back')).status, 200)
    await cluster.restartOperator()
    const seen = new Set<string>()
    await eventually(async () => {
      seen.add((await cluster.statusOf()).status.appliedSummary)
      return runner
        .running('front')
        .concat(runner.running('back'))
        .every(({ containers }) =>
          /no operator at.*connected to the operator/s.test(containers.get('daprd')?.output ?? ''),
        )
    }, PATIENT)
    // Nothing has changed, and nobody is told that it had.
    assert.deepEqual([...seen], ['3/3'])
    await cluster.configure('0.5')
    await cluster.applied('3/3')
  })

  test('falls back to the default when a Configuration is deleted, and says so', async () => {
    await plane.kubectl('delete', 'configuration', 'tracing', '-n', APPS)
    await eventually(async () =>
      (await cluster.eventsOf('front')).some((line) => line.startsWith('ConfigurationMissing')),
    )
    assert.equal((await cluster.ask('/ask/back')).status, 200)
    await cluster.configure('1')
    await cluster.applied('3/3')
  })

  test('names a pod that does not run what it should', async () => {
    const [front] = runner.running('front')
    front?.containers.get('daprd')?.kill('SIGSTOP')
    await cluster.configure('0.75')
    const status = await eventually(
      async () => {
        const { status } = await cluster.statusOf()
        assert.equal(status.sidecars.failed.count, 1)
        return status
      },
      { deadlineMs: 60_000 },
    )
    assert.equal(status.appliedSummary, '2/3')
    assert.deepEqual(status.sidecars.failed.names, [front?.name])
    front?.containers.get('daprd')?.kill('SIGCONT')
    await cluster.applied('3/3')
  })

  test('makes a Service an app, and takes it away with its sidecar', async () => {
    const service = await plane.client.get(kinds.service, 'front-dapr', APPS)
    assert.equal(service?.metadata.annotations?.['prometheus.io/port'], '9090')
    await plane.apply(appDeployment('front', 1, { 'dapr.io/enabled': 'false' }))
    await eventually(
      async () => (await plane.client.get(kinds.service, 'front-dapr', APPS)) === undefined,
      PATIENT,
    )
    await cluster.applied('2/2')
  })

  test('says of each kind of resource what became of it', async () => {
    const resource = (apiVersion: string, kind: string, spec: object) =>
      JSON.stringify({ apiVersion, kind, metadata: { name: 'any', namespace: APPS }, spec })
    await plane.apply(
      [
        resource('dapr.io/v2alpha1', 'Subscription', {
          pubsubname: 'none',
          topic: 't',
          routes: { default: '/t' },
        }),
        resource('dapr.io/v1alpha1', 'Resiliency', { policies: {} }),
        resource('dapr.io/v1alpha1', 'HTTPEndpoint', { baseUrl: 'http://example.com' }),
      ].join('\n---\n'),
    )
    for (const type of [kinds.subscription, kinds.resiliency, kinds.httpEndpoint])
      await eventually(async () => {
        const { status } = await cluster.statusOf('any', type)
        return conditionOf(status, 'Accepted')?.status === 'True'
      }, PATIENT)
  })

  test('makes a certificate authority anew that was lost, whoever is there', async () => {
    await cluster.operator.stop()
    await plane.client.patch(
      kinds.secret,
      { name: TRUST_SECRET, namespace: 'sidelight-system' },
      { json: [{ op: 'remove', path: '/data' }] },
    )
    await authorityOf(plane)
  })

  for (const account of ['sidelight-operator', 'sidelight-injector'] as const)
    test(`does as ${account} what its roles allow, and needs all of it`, async () => {
      const done = plane.relaysOf(account).flatMap(({ answered }) => answered)
      assert.deepEqual(
        done.filter(({ status }) => status === 403),
        [],
      )
      const used = new Set(done.flatMap(rightsFor))
      assert.deepEqual([...used].sort(), [...grantedTo(account, kustomize('base'))].sort())
    })
})
