import assert from 'node:assert/strict'
import { kinds } from '../../src/kube/index.ts'
import type { ChildProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import {
  APPS,
  type AppsCluster,
  appDeployment,
  authorityOf,
  openAppsCluster,
  PATIENT,
} from '../support/kube-apps.ts'
import type { ControlPlane } from '../support/kube-control-plane.ts'
import { projectedToken } from '../support/pods/container-command.ts'
import { simulateSidecar } from '../support/simulated-sidecar.ts'

describe('Sidelight on a cluster with faults', function () {
  this.timeout(120_000)
  let cluster: AppsCluster
  let plane: ControlPlane
  let second: ChildProgram

  /** Asks from pod to pod until `work` is done. @returns the statuses that there were */
  async function whileAsking(work: () => Promise<unknown>): Promise<readonly number[]> {
    const statuses = new Set<number>()
    let isOver = false
    const asking = (async () => {
      while (!isOver) statuses.add((await cluster.ask('/ask/back')).status)
    })()
    try {
      await work()
    } finally {
      isOver = true
      await asking
    }
    return [...statuses]
  }
  /** Pods to which the operator's Service leads. */
  const leaders = async () => {
    const labelSelector = 'app=sidelight-operator,sidelight.dev/leader=true'
    const { items } = await plane.client.list(kinds.pod, { labelSelector })
    return items.map(({ metadata }) => metadata.name)
  }

  before(async function () {
    cluster = await openAppsCluster(this)
    plane = cluster.plane
    await cluster.configure('1')
    await plane.apply(appDeployment('back', 2))
    await plane.apply(appDeployment('front', 1))
    await cluster.isReady('back', 2)
    await cluster.isReady('front', 1)
    await eventually(async () => (await cluster.ask('/ask/back')).status === 200, PATIENT)
    await cluster.applied('3/3')
  })
  after(async () => {
    await second?.stop()
    await cluster?.[Symbol.asyncDispose]()
  })

  test('goes on while the API server is killed and started again', async () => {
    const statuses = await whileAsking(async () => {
      await cluster.restartApiServer()
      await cluster.configure('0.5')
      await cluster.applied('3/3')
    })
    assert.deepEqual(statuses, [200])
    // What comes new is injected as before.
    await plane.apply(appDeployment('later', 1))
    await cluster.isReady('later', 1)
    await cluster.applied('4/4')
  })

  test('writes a true status while others write the same object', async () => {
    let isOver = false
    let writes = 0
    const others = (async () => {
      while (!isOver) {
        await plane.client.patch(
          kinds.configuration,
          { name: 'tracing', namespace: APPS },
          { merge: { metadata: { annotations: { 'example.com/count': String(++writes) } } } },
        )
        await plane.client.patch(
          kinds.configuration,
          { name: 'tracing', namespace: APPS },
          { merge: { status: { appliedSummary: 'wrong' } } },
          { subresource: 'status' },
        )
      }
    })()
    try {
      for (const rate of ['0.25', '0.75']) {
        await cluster.configure(rate)
        await eventually(async () => {
          const { generation, status } = await cluster.statusOf()
          assert.equal(status.observedGeneration, generation)
          return true
        }, PATIENT)
      }
    } finally {
      isOver = true
      await others
    }
    await cluster.applied('4/4')
    const found = await plane.client.get(kinds.configuration, 'tracing', APPS)
    assert.equal(found?.metadata.annotations?.['example.com/count'], String(writes))
  })

  test('has one leader of two, and the other takes over from one that was killed', async () => {
    second = await plane.startOperator({ host: cluster.runner.host, replica: 1 })
    const [first] = await leaders()
    const statuses = await whileAsking(async () => {
      cluster.operator.kill('SIGKILL')
      await second.waitForLine(/leads \(lease sidelight-operator\)/, PATIENT)
      await cluster.configure('0.5')
      await cluster.applied('4/4')
    })
    assert.deepEqual(statuses, [200])
    assert.equal((await leaders()).filter((name) => name !== first).length, 1)
    // Restarted in its pod, it takes its label back.
    await cluster.restartOperator()
    await eventually(async () => {
      const names = await leaders()
      assert.deepEqual([names.length, names.includes(first ?? '')], [1, false])
      return true
    }, PATIENT)
  })

  test('has another leader when the first one loses the API server, and never two', async () => {
    const [, cut] = plane.relaysOf('sidelight-operator')
    const [before] = await leaders()
    assert.ok(cut)
    cut.down(true)
    await second.waitForLine(/leads no more/, PATIENT)
    await eventually(async () => (await leaders()).some((name) => name !== before), PATIENT)
    await cluster.configure('0.25')
    await cluster.applied('4/4')
    cut.down(false)
    await eventually(async () => {
      const names = await leaders()
      assert.deepEqual([names.length, names.includes(before ?? '')], [1, false])
      return true
    }, PATIENT)
  })

  test('has another leader when the first one stands still, which finds out when it goes on', async () => {
    await eventually(async () => (await plane.leaderPort()) === 6501, PATIENT)
    cluster.operator.kill('SIGSTOP')
    try {
      await eventually(async () => (await plane.leaderPort()) === 6502, PATIENT)
    } finally {
      cluster.operator.kill('SIGCONT')
    }
    await cluster.operator.waitForLine(/leads no more/, PATIENT)
    await cluster.configure('0.5')
    await cluster.applied('4/4')
  })

  test('injects 200 pods that are made at once, and counts each of their sidecars', async () => {
    const namespace = 'many'
    await plane.client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })
    await plane.apply(
      [configurationOf('tracing', namespace), deploymentOf('app', namespace, 200)].join('\n---\n'),
    )
    const summary = async () => {
      const found = await plane.client.get(kinds.configuration, 'tracing', namespace)
      return (found?.status as { appliedSummary?: string } | undefined)?.appliedSummary
    }
    await eventually(async () => (await summary()) === '0/200', PATIENT)
    const { items } = await plane.client.list(kinds.pod, { namespace })
    assert.deepEqual(
      items.map(({ metadata }) => metadata.labels?.['dapr.io/sidecar-injected']),
      items.map(() => 'true'),
    )
    const trustAnchors = await authorityOf(plane)
    const links = await Promise.all(
      items.map(async (pod) => {
        const token = await projectedToken(pod, plane.client)
        assert.ok(token)
        return simulateSidecar({ address: 'localhost:6500', trustAnchors, token })
      }),
    )
    try {
      await eventually(async () => (await summary()) === '200/200', PATIENT)
    } finally {
      for (const link of links) await link[Symbol.asyncDispose]()
    }
    const service = await plane.client.get(kinds.service, 'app-dapr', namespace)
    assert.ok(service)
  })
})

const configurationOf = (name: string, namespace: string): string =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name, namespace },
    spec: { tracing: { samplingRate: '1' } },
  })

const deploymentOf = (name: string, namespace: string, replicas: number): string =>
  JSON.stringify({
    ...JSON.parse(appDeployment(name, replicas)),
    metadata: { name, namespace },
  })
