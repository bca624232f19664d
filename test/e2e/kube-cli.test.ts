import assert from 'node:assert/strict'
import { kinds } from '../../src/kube/index.ts'
import type { ChildProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import {
  APPS,
  type AppsCluster,
  appDeployment,
  openAppsCluster,
  PATIENT,
  plainDeployment,
} from '../support/kube-apps.ts'
import type { ControlPlane } from '../support/kube-control-plane.ts'
import type { PodRunner } from '../support/pods/pod-runner.ts'
import { spawnCli } from '../support/spawn-cli.ts'

describe('the command line of a cluster', function () {
  this.timeout(120_000)
  let cluster: AppsCluster
  let plane: ControlPlane
  let runner: PodRunner

  const start = (...args: readonly string[]): Promise<ChildProgram> =>
    spawnCli([...args, '-k', `--kubeconfig=${cluster.kubeconfig}`])
  const run = async (...args: readonly string[]) => {
    const program = await start(...args)
    const { code } = await program.exit
    return { code, output: program.output, stdout: program.stdout }
  }

  before(async function () {
    cluster = await openAppsCluster(this)
    ;({ plane, runner } = cluster)
    await cluster.configure('1')
    await plane.apply(appDeployment('orders', 1))
    await cluster.isReady('orders', 1)
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  test('shows what sidecars write, and names the apps that there are', async () => {
    const [pod] = runner.running('orders')
    const { code, output } = await run('logs', '-a', 'orders')
    assert.equal(code, 0, output)
    assert.match(output, /level=info msg=".*" app_id=orders/)
    assert.equal((await run('logs', 'orders', '--tail', '1')).stdout.trim().split('\n').length, 1)
    assert.match((await run('logs', 'orders', '--container', 'none')).output, /cannot be read/)
    const unknown = await run('logs', '-a', 'order')
    assert.equal(unknown.code, 2)
    assert.match(unknown.output, /no pod with a sidecar of this app; did you mean orders\?/)
    assert.match((await run('logs', '-a', 'orders', '-p', 'x')).output, new RegExp(pod?.name ?? ''))
  })

  test('follows logs until it is stopped', async () => {
    const program = await start('logs', 'orders', '--follow')
    await program.waitForLine(/app_id=orders/)
    assert.deepEqual(await program.stop('SIGINT'), { code: 0, signal: null })
  })

  test('asks each sidecar by the way that leads into every cluster', async () => {
    const { code, output } = await run('doctor', 'orders')
    assert.match(output, /✔ orders\.apps \(pod orders-/)
    assert.match(output, /Configuration +apps\/tracing: generation/)
    // Its own pods do not run here.
    assert.match(output, /sidelight-operator does not run: no change of a resource reaches/)
    assert.equal(code, 1)
  })

  test('watches requests of pods, and sums them up', async () => {
    const [pod] = runner.running('orders')
    const call = () => fetch(`http://${pod?.address}:3501/v1.0/metadata`)
    for (const command of [
      ['tap', 'orders', '--json', '--count=1'],
      ['top', 'orders', '--json', '--interval=500ms'],
    ]) {
      await using program = await start(...command)
      await eventually(async () => {
        await call()
        assert.match(program.output, /\/v1\.0\/metadata/)
        return true
      }, PATIENT)
      assert.doesNotMatch(program.output, /warning/)
    }
    await using nobody = await start('tap', 'order')
    await nobody.waitForLine(/warning: no sidecar to watch; waiting for one/)
  })

  test('tunes the Configuration that the pods of an app have', async () => {
    const tuned = await run('tune', 'orders=50%', '--for', '10m')
    assert.equal(tuned.code, 0, tuned.output)
    assert.match(tuned.output, /tune-orders: keeps 1 of 2 of target orders until .*Z \(10 min\)/)
    assert.match(tuned.output, /^applied 1\/1 in apps\/tracing$/m)
    const listed = await run('tune', '--list')
    assert.match(listed.output, /tune-orders: .*ends in 10 min, applied 1\/1 in apps\/tracing/)
    const [pod] = runner.running('orders')
    const metadata = await fetch(`http://${pod?.address}:3501/v1.0/metadata`)
    const { sidelight } = (await metadata.json()) as {
      sidelight: { sampling: { overrides: { name: string; rate: number }[] } }
    }
    assert.deepEqual(
      sidelight.sampling.overrides.map(({ name, rate }) => [name, rate]),
      [['tune-orders', 0.5]],
    )
    const cleared = await run('tune', '--clear', '--configuration=tracing', '-n', APPS, '--json')
    assert.deepEqual(JSON.parse(cleared.stdout).dropped, ['tune-orders'])
    assert.match((await run('tune', '--list')).output, /no override is in force/)
  })

  test('says which app or Configuration is meant before it writes', async () => {
    const unknown = await run('tune', 'order=50%', '--for', '10m')
    assert.equal(unknown.code, 2)
    assert.match(unknown.output, /no pod of order has a sidecar; did you mean orders\?/)
    const gone = await run('tune', 'orders=1', '--for', '1m', '--configuration', 'nowhere')
    assert.match(gone.output, /there is no Configuration .*\/nowhere \[CONFIGURATION_GONE]/)
    const { generation } =
      (await plane.client.get(kinds.configuration, 'tracing', APPS))?.metadata ?? {}
    await run('tune', 'orders=1', '--for', '1m', '--configuration', 'nowhere', '-n', APPS)
    const after = await plane.client.get(kinds.configuration, 'tracing', APPS)
    assert.equal(after?.metadata.generation, generation)
  })

  test('says what keeps traces away, each thing once and with its cure', async () => {
    await plane.apply(plainDeployment('misplaced', 1, {}, { 'dapr.io/enabled': 'true' }))
    await plane.apply(
      appDeployment('lost', 1, { 'dapr.io/config': 'nowhere', 'dapr.io/app-port': '80x' }),
    )
    await cluster.isReady('lost', 1)
    await cluster.configure('50%')
    const codesOf = async (): Promise<readonly string[]> => {
      const { stdout } = await run('doctor', '--json')
      return JSON.parse(stdout).findings.map(({ code }: { code: string }) => code)
    }
    const codes = await eventually(async () => {
      const found = await codesOf()
      assert.ok(found.includes('RESOURCE_REJECTED'))
      return found
    }, PATIENT)
    assert.deepEqual(
      codes.filter((code) => code !== 'PROGRAM_NOT_READY'),
      ['RESOURCE_REJECTED', 'ANNOTATION_MISPLACED', 'ANNOTATION_IGNORED', 'CONFIGURATION_MISSING'],
    )
    const { output } = await run('doctor')
    assert.match(output, /Configuration apps\/tracing is not accepted; the last good one stays/)
    assert.match(output, /write "0\.5" for 50%/)
    assert.match(output, /move the annotations to spec\.template\.metadata\.annotations/)
    assert.match(output, /dapr\.io\/app-port: a whole number from 1 to 65535/)
    assert.match(output, /in force instead: default of sidelight-system/)
    const other = await run('doctor', 'misplaced')
    assert.match(other.output, /Deployment apps\/misplaced is there: give its pod template/)
    await cluster.configure('1')
  })

  test('finds pods that were made while nobody injected', async () => {
    const webhook = await plane.client.get(kinds.mutatingWebhook, 'sidelight-injector')
    await cluster.injector.stop()
    await plane.apply(appDeployment('early', 1))
    await eventually(async () => {
      const { output } = await run('doctor')
      assert.match(output, /1 pod of deployment\/early asks for a sidecar and has none/)
      assert.match(output, /kubectl rollout restart deployment\/early -n apps/)
      return true
    }, PATIENT)
    await plane.client.delete(kinds.mutatingWebhook, webhook?.metadata.name ?? '')
    assert.match((await run('doctor')).output, /the webhook is not there: nobody asks the injector/)
  })

  test('leads a port of this machine to the console', async () => {
    const none = await run('dashboard')
    assert.equal(none.code, 2)
    assert.match(none.output, /no pod of Service sidelight-system\/sidelight-console is ready/)
    const { items } = await plane.client.list(kinds.pod, { labelSelector: 'app=sidelight-console' })
    assert.ok(items[0])
    await runner.adopt(items[0])
    const backend = await spawnCli([
      'backend',
      '--memory',
      `--listen-address=${runner.host}`,
      '--port=9411',
    ])
    await backend.waitForLine(/9411/)
    const dashboard = await start('dashboard', '--port', '0')
    const [, url] = await dashboard.waitForLine(/(http:\/\/localhost:\d+)\//)
    assert.match(await (await fetch(`${url}/zipkin/`)).text(), /<title>/)
    assert.equal((await fetch(`${url}/health`)).status, 200)
    assert.deepEqual(await dashboard.stop('SIGINT'), { code: 0, signal: null })
    await backend.stop()
  })
})
