import assert from 'node:assert/strict'
import { request } from 'node:https'
import { fileURLToPath } from 'node:url'
import { kinds } from '../../src/kube/index.ts'
import type { ChildProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { type ControlPlane, openControlPlane } from '../support/kube-control-plane.ts'
import { requirePartner } from '../support/partners.ts'
import { type PodRunner, startPodRunner } from '../support/pods/pod-runner.ts'
import { type OwnKube, ownKube } from '../support/real-kube.ts'
import { type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts'
import { CLI, spawnCli } from '../support/spawn-cli.ts'

const APP = fileURLToPath(new URL('../support/pods/app.mjs', import.meta.url))
const OPERATOR = 'sidelight-operator.sidelight-system.svc.cluster.local'
const APPS = 'apps'
const PATIENT = { deadlineMs: 40_000 }

const deployment = (name: string, replicas: number, annotations: Record<string, string> = {}) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: APPS },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name },
          annotations: {
            'dapr.io/enabled': 'true',
            'dapr.io/app-id': name,
            'dapr.io/app-port': '8080',
            'dapr.io/config': 'tracing',
            ...annotations,
          },
        },
        spec: { containers: [{ name: 'app', image: 'app:1' }] },
      },
    },
  })

const configuration = (rate: string, endpoint: string): string =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'tracing', namespace: APPS },
    spec: { tracing: { samplingRate: rate, zipkin: { endpointAddress: endpoint } } },
  })

interface Status {
  readonly observedGeneration: number
  readonly appliedSummary: string
  readonly sidecars: { readonly failed: { readonly count: number; readonly names: string[] } }
  readonly conditions: readonly { type: string; status: string; message: string }[]
}

describe('Sidelight on a real API server', function () {
  this.timeout(120_000)
  let kube: OwnKube
  let plane: ControlPlane
  let runner: PodRunner
  let receiver: SpanReceiver
  let operator: ChildProgram
  let injector: ChildProgram

  const configure = (rate: string): Promise<string> =>
    plane.apply(configuration(rate, `http://${runner.host}:${receiver.port}/api/v2/spans`))
  const statusOf = async (name = 'tracing', type = kinds.configuration) => {
    const found = await plane.client.get(type, name, APPS)
    assert.ok(found)
    return { generation: found.metadata.generation, status: found.status as Status }
  }
  /** Until every sidecar runs what is there now. */
  const applied = (summary: string) =>
    eventually(async () => {
      const { generation, status } = await statusOf()
      assert.equal(status.observedGeneration, generation)
      assert.equal(status.appliedSummary, summary)
      return status
    }, PATIENT)
  const conditionOf = ({ conditions }: Status, type: string) =>
    conditions.find((each) => each.type === type)
  const ask = async (path: string) => {
    const [front] = runner.running('front')
    assert.ok(front)
    const answer = await fetch(`http://${front.address}:8080${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  const isReady = async (app: string, count: number) =>
    eventually(async () => {
      const found = await plane.client.get(kinds.deployment, app, APPS)
      const { readyReplicas = 0 } = (found?.status ?? {}) as { readyReplicas?: number }
      return readyReplicas === count
    }, PATIENT)
  const eventsOf = async (name: string) => {
    const { items } = await plane.client.list(kinds.event, {
      namespace: APPS,
      fieldSelector: `involvedObject.name=${name}`,
    })
    return items.map(({ reason, message }) => `${reason}: ${message}`)
  }

  before(async function () {
    requirePartner(this, 'root')
    requirePartner(this, 'ip')
    requirePartner(this, 'kubectl')
    kube = await ownKube(this)
    plane = await openControlPlane(kube.kubeconfig)
    await plane.client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: APPS },
    })
    runner = await startPodRunner({
      client: plane.client,
      namespace: APPS,
      images: {
        'sidelight/sidelight:0.1.0': [process.execPath, CLI],
        'app:1': [process.execPath, APP],
      },
      hostNames: [OPERATOR],
    })
    receiver = await startSpanReceiver({ kind: 'accept' }, { host: runner.host })
    operator = await plane.startOperator({ host: runner.host })
    injector = await plane.startInjector()
    await configure('1')
    await plane.apply(deployment('back', 2))
    await plane.apply(deployment('front', 1))
    await isReady('back', 2)
    await isReady('front', 1)
    // Names of pods that are ready come a moment later.
    await eventually(async () => (await ask('/ask/back')).status === 200, PATIENT)
  })
  after(async () => {
    await runner?.[Symbol.asyncDispose]()
    for (const each of [operator, injector]) await each?.stop()
    await receiver?.[Symbol.asyncDispose]()
    await plane?.[Symbol.asyncDispose]()
    await kube?.program.stop()
  })

  test('says of a Configuration that every sidecar runs it, also to kubectl', async () => {
    await applied('3/3')
    const table = await plane.kubectl('get', 'configurations', '-n', APPS)
    assert.match(table, /NAME +RATE +APPLIED +ACCEPTED +AGE\ntracing +1 +3\/3 +True/)
  })

  test('lists what is in the cluster on the command line', async () => {
    const list = async (...args: readonly string[]) => {
      const program = await spawnCli([...args, '-k', `--kubeconfig=${kube.kubeconfig}`])
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
    assert.equal(JSON.parse(await list('configurations', '-n', APPS, '-o', 'json')).length, 1)
  })

  test('makes the default Configuration where there is none, and does not touch it again', async () => {
    const found = await eventually(() =>
      plane.client.get(kinds.configuration, 'default', 'sidelight-system'),
    )
    assert.equal((found.spec as { tracing: { samplingRate: string } }).tracing.samplingRate, '0.1')
  })

  test('has one trace of a call between pods that find each other by DNS', async () => {
    assert.equal((await ask('/ask/back')).status, 200)
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
      while (!isOver) statuses.push((await ask('/ask/back')).status)
    })()
    for (const rate of ['0.5', '0.25', '0']) {
      await configure(rate)
      await applied('3/3')
    }
    isOver = true
    await traffic
    assert.ok(statuses.length > 0)
    assert.deepEqual([...new Set(statuses)], [200])
    await ask('/ask/nobody')
    await configure('1')
    await applied('3/3')
    await ask('/ask/somebody')
    const names = () => receiver.spans.map(({ name }) => name ?? '').join(' ')
    await receiver.waitFor(() => names().includes('somebody'))
    assert.doesNotMatch(names(), /nobody/)
  })

  test('says what is wrong with a bad one, by path; the last good one stays', async () => {
    await configure('a lot')
    const status = await eventually(async () => {
      const { generation, status } = await statusOf()
      assert.equal(status.observedGeneration, generation)
      assert.equal(status.sidecars.failed.count, 3)
      return status
    }, PATIENT)
    assert.equal(conditionOf(status, 'Accepted')?.status, 'False')
    assert.match(conditionOf(status, 'Accepted')?.message ?? '', /spec\.tracing\.samplingRate/)
    await eventually(async () =>
      (await eventsOf('tracing')).some((line) => line.startsWith('SpecRejected')),
    )
    receiver.clear()
    await ask('/ask/back')
    await receiver.waitFor(({ spans }) => spans.length > 0)
    await configure('1')
    await applied('3/3')
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
      const { status } = await statusOf('files', kinds.component)
      assert.equal(status.appliedSummary, '1/1')
      return status
    }, PATIENT)
    assert.equal(conditionOf(status, 'Applied')?.status, 'True')
    const [front] = runner.running('front')
    const output = front?.containers.get('daprd')?.output ?? ''
    assert.match(output, /files/)
    assert.doesNotMatch(output, /of-the-secret/)
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
    const tokenOf = async (audiences: readonly string[]): Promise<string> => {
      const made = await plane.client.createSubresource(
        kinds.serviceAccount,
        { name: 'default', namespace: APPS },
        'token',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences } },
      )
      return (made.status as { token: string }).token
    }
    assert.equal(await status('nonsense'), 401)
    assert.equal(await status(await tokenOf([])), 401)
    assert.equal(await status(await tokenOf(['sidelight.dev/operator'])), 401)
  })

  test('goes on without an operator, and turns to the next one', async () => {
    operator.kill('SIGKILL')
    await operator.exit
    for (let i = 0; i < 5; i++) assert.equal((await ask('/ask/back')).status, 200)
    operator = await plane.startOperator({ host: runner.host })
    const seen = new Set<string>()
    await eventually(async () => {
      seen.add((await statusOf()).status.appliedSummary)
      return runner
        .running('front')
        .concat(runner.running('back'))
        .every(({ containers }) =>
          /no operator at.*connected to the operator/s.test(containers.get('daprd')?.output ?? ''),
        )
    }, PATIENT)
    // Nothing has changed, and nobody is told that it had.
    assert.deepEqual([...seen], ['3/3'])
    await configure('0.5')
    await applied('3/3')
  })

  test('falls back to the default when a Configuration is deleted, and says so', async () => {
    await plane.kubectl('delete', 'configuration', 'tracing', '-n', APPS)
    await eventually(async () =>
      (await eventsOf('front')).some((line) => line.startsWith('ConfigurationMissing')),
    )
    assert.equal((await ask('/ask/back')).status, 200)
    await configure('1')
    await applied('3/3')
  })

  test('names a pod that does not run what it should', async () => {
    const [front] = runner.running('front')
    front?.containers.get('daprd')?.kill('SIGSTOP')
    await configure('0.75')
    const status = await eventually(
      async () => {
        const { status } = await statusOf()
        assert.equal(status.sidecars.failed.count, 1)
        return status
      },
      { deadlineMs: 60_000 },
    )
    assert.equal(status.appliedSummary, '2/3')
    assert.deepEqual(status.sidecars.failed.names, [front?.name])
    front?.containers.get('daprd')?.kill('SIGCONT')
    await applied('3/3')
  })

  test('makes a Service an app, and takes it away with its sidecar', async () => {
    const service = await plane.client.get(kinds.service, 'front-dapr', APPS)
    assert.equal(service?.metadata.annotations?.['prometheus.io/port'], '9090')
    await plane.apply(deployment('front', 1, { 'dapr.io/enabled': 'false' }))
    await eventually(
      async () => (await plane.client.get(kinds.service, 'front-dapr', APPS)) === undefined,
      PATIENT,
    )
    await applied('2/2')
  })
})
