import assert from 'node:assert/strict'
import { createSystemClock } from '../../src/base/clock.ts'
import { createKubeClient, kinds, loadCluster } from '../../src/kube/index.ts'
import { customResourceDefinitions } from '../../src/resources/index.ts'
import { eventually } from '../support/eventually.ts'
import {
  APPS,
  type AppsCluster,
  appDeployment,
  openAppsCluster,
  PATIENT,
  type Status,
} from '../support/kube-apps.ts'
import { spawnCli } from '../support/spawn-cli.ts'

const SAMPLING = 'sidelight.dev/sampling'

/** As Dapr's are: no status, and no field that Dapr does not know. */
async function installDaprDefinitions(kubeconfig: string): Promise<void> {
  const cluster = loadCluster({ kubeconfig })
  const client = createKubeClient({ cluster, clock: createSystemClock(), userAgent: 'test' })
  for (const { spec, metadata, ...definition } of customResourceDefinitions())
    await client.create(kinds.definition, {
      ...definition,
      metadata: { name: metadata.name },
      spec: {
        ...spec,
        versions: spec.versions.map(({ name, served, storage, schema }) => ({
          name,
          served,
          storage,
          schema: JSON.parse(JSON.stringify(schema), (key, value) =>
            ['sampling', 'status'].includes(key) ? undefined : value,
          ),
        })),
      },
    })
  cluster.close()
}

describe('beside Dapr, on a real API server', function () {
  this.timeout(120_000)
  let cluster: AppsCluster

  const find = async () => {
    const found = await cluster.plane.client.get(kinds.configuration, 'tracing', APPS)
    assert.ok(found)
    return found
  }
  const statusOf = async (): Promise<Status & { readonly observedSampling?: string }> =>
    JSON.parse((await find()).metadata.annotations?.['sidelight.dev/status'] ?? '{}')
  const annotate = (text: string) =>
    cluster.plane.kubectl(
      'annotate',
      'configuration',
      'tracing',
      `--namespace=${APPS}`,
      '--overwrite',
      `${SAMPLING}=${text}`,
    )
  const namesOf = () => cluster.receiver.spans.map(({ name = '' }) => name)

  before(async function () {
    cluster = await openAppsCluster(this, {
      overlay: 'beside-dapr',
      prepare: installDaprDefinitions,
    })
    await cluster.configure('1')
    const deployment = JSON.parse(appDeployment('front', 1))
    deployment.spec.template.metadata.labels['sidelight.dev/inject'] = 'true'
    await cluster.plane.apply(JSON.stringify(deployment))
    await cluster.isReady('front', 1)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  test('writes what became of a resource into an annotation of it', async () => {
    await eventually(async () => (await statusOf()).appliedSummary === '1/1', PATIENT)
    assert.equal((await find()).status, undefined)
  })

  test('takes the sampling block from an annotation', async () => {
    await cluster.ask('/ask/before')
    await cluster.receiver.waitFor(() => namesOf().some((name) => name.includes('before')), PATIENT)
    await annotate('{rules: [{name: nothing, rate: "0"}], force: {header: x-trace}}')
    await eventually(async () => {
      const { observedSampling, appliedSummary, conditions } = await statusOf()
      assert.ok(observedSampling)
      assert.equal(appliedSummary, '1/1')
      assert.deepEqual(
        conditions.map(({ type, status }) => `${type} ${status}`),
        ['Accepted True', 'Applied True'],
      )
      return true
    }, PATIENT)
    await cluster.ask('/ask/unseen')
    await annotate('{"rules": [{"name": "all", "rate": "1"}]}')
    await eventually(async () => {
      await cluster.ask('/ask/after')
      return namesOf().some((name) => name.includes('after'))
    }, PATIENT)
    assert.ok(!namesOf().some((name) => name.includes('unseen')))
  })

  test('says by the path of the annotation what is wrong with it; what was there stays', async () => {
    await annotate('{rules: [{name: all, rate: "200%"}]}')
    const status = await eventually(async () => {
      const found = await statusOf()
      assert.equal(found.conditions[0]?.status, 'False')
      return found
    }, PATIENT)
    const path = /metadata\.annotations\.sidelight\.dev\/sampling\.rules\.0\.rate.*200%/
    assert.match(status.conditions[0]?.message ?? '', path)
    await eventually(
      async () => (await cluster.eventsOf('tracing')).some((event) => path.test(event)),
      PATIENT,
    )
    await annotate('{rules: [{name: all, rate: "1"}]}')
    await eventually(async () => (await statusOf()).conditions[0]?.status === 'True', PATIENT)
  })

  test('is tuned in the annotation, since the definition would drop the block', async () => {
    const run = async (...args: readonly string[]) => {
      const program = await spawnCli([...args, '-k', `--kubeconfig=${cluster.kubeconfig}`])
      assert.equal((await program.exit).code, 0, program.output)
      return program.output
    }
    assert.match(
      await run('tune', 'front=50%', '--for', '10m'),
      /tune-front: keeps 1 of 2 .*\napplied 1\/1 in apps\/tracing/,
    )
    const { metadata, spec } = await find()
    assert.match(metadata.annotations?.[SAMPLING] ?? '', /overrides:\n {2}- name: tune-front/)
    assert.doesNotMatch(JSON.stringify(spec), /tune-front/)
    assert.match(await run('tune', '--list'), /tune-front: .* applied 1\/1 in apps\/tracing/)
    assert.match(await run('tune', '--clear', '-n', APPS), /tune-front: removed/)
  })
})
