import assert from 'node:assert/strict'
import { createSystemClock } from '../../src/base/clock.ts'
import { kinds, type Manifest } from '../../src/kube/index.ts'
import type { ChildProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { realKube } from '../support/real-kube.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import {
  type InjectorRoom,
  isInjected,
  openInjectorRoom,
  type PodObject,
  postReview,
} from './kube-injector-fixture.ts'

const PATIENT = { deadlineMs: 20_000 }
const MIB = 1024 * 1024

describe('sidelight injector on a real API server', function () {
  this.timeout(60_000)
  let room: InjectorRoom
  let directory: TemporaryDirectory
  let program: ChildProgram
  let port: number
  let probePort: number

  const start = async (webhookPort = 0): Promise<void> => {
    program = await spawnCli(
      ['injector', `--port=${webhookPort}`, '--probe-port=0', `--webhook=${room.webhook}`],
      {
        env: {
          KUBECONFIG: directory.file('kubeconfig'),
          NAMESPACE: room.controlPlane,
          SIDECAR_IMAGE: 'sidelight/sidelight:test',
        },
      },
    )
    const line = await program.waitForLine(/reviews on port (\d+), .* on port (\d+)/)
    ;[port, probePort] = [Number(line[1]), Number(line[2])]
  }
  const probe = async (path: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${probePort}${path}`)
    return `${answer.status} ${await answer.text()}`
  }
  const podOf = (app: string): Promise<PodObject> =>
    eventually(async () => (await room.pods(app))[0], PATIENT)
  const bare = (name: string, annotations: object = {}): Manifest => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: room.apps,
      annotations: { 'dapr.io/enabled': 'true', ...annotations },
    },
    spec: { containers: [{ name: 'app', image: 'app:1' }] },
  })

  before(async function () {
    const { kubeconfig } = await realKube(this)
    const clock = createSystemClock()
    room = await openInjectorRoom(kubeconfig, `sidelight-injector-${process.pid}`, clock)
    directory = await temporaryDirectory()
    await room.restricted(directory.file('kubeconfig'))
    await start()
  })
  after(async () => {
    await program?.[Symbol.asyncDispose]()
    await room?.remove()
    await directory?.[Symbol.asyncDispose]()
  })

  test('makes its authority, is not ready without a webhook, and ready when that trusts it', async () => {
    assert.match(await room.bundle(), /BEGIN CERTIFICATE/)
    assert.equal(await probe('/healthz'), '200 ok\n')
    assert.equal(await probe('/readyz'), '503 the webhook has no trust bundle yet\n')
    await program.waitForLine(/there is no webhook .*; apply the manifests/)
    await room.register(port)
    await eventually(async () => (await probe('/readyz')) === '200 ok\n', PATIENT)
    assert.equal(await room.caBundle(), await room.bundle())
    assert.equal(await probe('/elsewhere'), '404 Not Found\n')
  })

  test('answers what is no review by Dapr’s statuses, naming the path [dapr: pkg/injector/service/handler.go]', async () => {
    const ca = await room.bundle()
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', kind: { kind: 'Pod' }, object: { spec: { containers: 'SECRET' } } },
    }
    const text = JSON.stringify(review)
    const cases = [
      ['no JSON by its type', text, { type: 'text/plain' }, 415, /expect `application\/json`/],
      ['empty', '', {}, 400, /empty body/],
      ['no JSON', '{"SECRET', {}, 400, /^the body is no JSON\n$/],
      ['no review', '{}', {}, 400, /kind/],
      ['no pod', text, {}, 400, /at spec\.containers/],
      ['too large', '', { announce: 8 * MIB + 1 }, 413, /larger than 8388608 bytes/],
      ['elsewhere', text, { path: '/' }, 404, /Not Found/],
      ['another method', '', { method: 'PUT' }, 405, /Method Not Allowed/],
    ] as const
    for (const [what, body, how, status, message] of cases) {
      const answer = await postReview(port, ca, body, how)
      assert.equal(answer.status, status, what)
      assert.match(answer.text, message)
    }
    assert.doesNotMatch(program.output, /SECRET/)
  })

  test('gives the pods of a Deployment their sidecar', async () => {
    await room.deploy('cart', { annotations: { 'dapr.io/app-port': '5001' } })
    const pod = await podOf('cart')
    assert.ok(isInjected(pod))
    assert.equal(pod.metadata.labels?.['dapr.io/app-id'], 'cart')
    assert.equal(pod.metadata.annotations?.['sidelight.dev/injection'], undefined)
    const env = pod.spec.containers.find(({ name }) => name === 'daprd')?.env ?? []
    const textOf = (name: string) => env.find((each) => each.name === name)?.value
    assert.match(textOf('OTEL_RESOURCE_ATTRIBUTES') ?? '', /k8s\.deployment\.name=cart$/)
    assert.equal(textOf('DAPR_TRUST_ANCHORS'), await room.bundle())
    const metrics = await probe('/metrics')
    assert.match(metrics, /dapr_injector_sidecar_injection_succeeded_total\{app_id="cart"\} 1/)
    assert.match(metrics, /sidelight_injector_certificate_expiry_timestamp_seconds \d{10}/)
  })

  test('writes on the pod what its annotations do not mean, and injects it all the same', async () => {
    await room.deploy('broken', { annotations: { 'dapr.io/app-port': 'http' } })
    const pod = await podOf('broken')
    assert.ok(isInjected(pod))
    assert.equal(
      pod.metadata.annotations?.['sidelight.dev/injection'],
      'dapr.io/app-port: a whole number from 1 to 65535 is needed',
    )
    await program.waitForLine(/injected: dapr\.io\/app-port: a whole number/)
  })

  test('refuses a pod whose app id is none, by name', async () => {
    await assert.rejects(
      room.client.create(kinds.pod, bare('nameless', { 'dapr.io/app-id': 'A b' })),
      { code: 'ERR_KUBE_INVALID', message: /app id "A b": small letters/ },
    )
  })

  test('leaves nothing behind after a dry run', async () => {
    const dry = await room.client.create(kinds.pod, bare('dry'), { dryRun: true })
    assert.ok(isInjected(dry as PodObject))
    assert.equal(await room.client.get(kinds.pod, 'dry', room.apps), undefined)
  })

  test('puts the trust bundle back when somebody has taken it away', async () => {
    const webhook = { name: room.webhook }
    const path = '/webhooks/0/clientConfig/caBundle'
    await room.client.patch(kinds.mutatingWebhook, webhook, { json: [{ op: 'remove', path }] })
    const bundle = await room.bundle()
    await eventually(async () => (await room.caBundle()) === bundle, PATIENT)
  })

  test('does not keep pods from being made while it is dead, and is back with the same authority', async () => {
    const bundle = await room.bundle()
    program.kill('SIGKILL')
    await program.exit
    await room.deploy('orphan')
    assert.ok(!isInjected(await podOf('orphan')))
    await start(port)
    assert.equal(await room.bundle(), bundle)
    await eventually(async () => (await probe('/readyz')) === '200 ok\n', PATIENT)
    const dry = await room.client.create(kinds.pod, bare('again'), { dryRun: true })
    assert.ok(isInjected(dry as PodObject))
  })

  test('stops gracefully on SIGTERM', async () => {
    assert.equal((await program.stop('SIGTERM')).code, 0)
    assert.match(program.output, /injector stopped/)
    assert.equal(program.stderr, '')
  })
})
