import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { createPromRegistry } from '../../src/adapters/prom-client/index.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { createFakeClock } from '../../src/base/fake-clock.ts'
import { createIdSource } from '../../src/base/ids.ts'
import { createLogger, formatLogfmt } from '../../src/base/logger.ts'
import { buildInjector, CONTROLLERS, type Injector } from '../../src/control/injector/index.ts'
import { kinds } from '../../src/kube/index.ts'
import { createSampler, createTracer, injectorCatalogue } from '../../src/telemetry/index.ts'
import { eventually } from '../support/eventually.ts'
import { realKube } from '../support/real-kube.ts'
import { type InjectorRoom, isInjected, openInjectorRoom } from './kube-injector-fixture.ts'

const HOUR_MS = 3_600_000
const STEP_MS = 100
const PATIENT = { deadlineMs: 40_000 }
const PODS = 200

describe('a rotation of the injector’s certificates on a real API server', function () {
  this.timeout(90_000)
  const system = createSystemClock()
  // Certificates have to hold for the API server, too: half a day goes by, and it is now.
  const clock = createFakeClock(system.nowUs() - 13 * HOUR_MS * 1000)
  const lines: string[] = []
  const log = createLogger({
    level: 'info',
    format: formatLogfmt,
    fields: {},
    write: (line) => lines.push(line),
    nowUs: clock.nowUs,
  })
  const off = { enabled: false, rate: 0, rules: undefined }
  let room: InjectorRoom
  let replicas: Injector[] = []

  /** Time goes on while somebody looks. */
  const inTime = <T>(probe: () => Promise<T>) =>
    eventually(() => {
      clock.advance(STEP_MS)
      return probe()
    }, PATIENT)
  const start = (): Promise<Injector> =>
    buildInjector(
      {
        port: 0,
        probePort: 0,
        addresses: ['127.0.0.1'],
        namespace: room.controlPlane,
        clusterDomain: 'cluster.local',
        webhook: room.webhook,
        review: {
          image: 'sidelight:test',
          imagePullPolicy: 'IfNotPresent',
          nativeSidecar: true,
          tokenAudience: 'sidelight.dev/operator',
          controlPlaneAddress: 'operator:6500',
          controlPlaneNamespace: room.controlPlane,
          trustDomain: 'cluster.local',
          serviceAccounts: CONTROLLERS,
        },
      },
      {
        client: room.client,
        clock,
        random: () => 0,
        log,
        registry: createPromRegistry(injectorCatalogue, { clock, processMetrics: false }),
        tracer: createTracer({
          sampler: createSampler(() => off, clock),
          ids: createIdSource(),
          clock,
          onEnd: () => true,
          onStart: () => undefined,
          onRecord: () => undefined,
        }),
      },
    )
  const serialOf = async ({ port }: Injector): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  const [certificates, podCount] = [
    async () => (await room.caBundle())?.split('BEGIN CERTIFICATE').length ?? 0,
    async () => (await room.pods('many')).length,
  ]

  before(async function () {
    const { kubeconfig } = await realKube(this)
    room = await openInjectorRoom(kubeconfig, `sidelight-rotation-${process.pid}`, system)
    replicas = await Promise.all([start(), start()])
    await room.register(replicas[0]?.port ?? 0)
    await inTime(async () => (await room.caBundle()) === (await room.bundle()))
  })
  after(async () => {
    for (const each of replicas) await each[Symbol.asyncDispose]()
    await room?.remove()
  })

  test(`gives each of ${PODS} pods its sidecar while certificate and authority are replaced`, async () => {
    const [first] = replicas as [Injector]
    const [serial, bundle] = [await serialOf(first), await room.bundle()]
    await room.deploy('many', { replicas: PODS })

    await inTime(async () => (await podCount()) > PODS / 10)
    clock.advance(12 * HOUR_MS)
    await inTime(async () => (await serialOf(first)) !== serial)
    const renewed = await serialOf(first)
    assert.equal(await room.bundle(), bundle)

    const secret = { name: 'sidelight-trust', namespace: room.controlPlane }
    await room.client.patch(kinds.secret, secret, { merge: { data: null } })
    await inTime(async () => (await certificates()) === 3)
    assert.equal(await serialOf(first), renewed, 'used before it is trusted')
    await inTime(async () => (await serialOf(first)) !== renewed)
    await inTime(async () => (await room.caBundle()) === (await room.bundle()))
    assert.notEqual(await room.bundle(), bundle)

    await inTime(async () => (await podCount()) === PODS)
    const pods = await room.pods('many')
    assert.deepEqual(pods.filter((pod) => !isInjected(pod)).length, 0)
  })

  test('lets replicas agree: after that nobody writes', async () => {
    const versionOf = async () =>
      (await room.client.get(kinds.mutatingWebhook, room.webhook))?.metadata.resourceVersion
    const version = await versionOf()
    for (let i = 0; i < 250; i++) clock.advance(STEP_MS)
    await room.deploy('after')
    await inTime(async () => (await room.pods('after')).length === 1)
    assert.equal(await versionOf(), version)
    assert.ok((await room.pods('after')).every(isInjected))
  })
})
