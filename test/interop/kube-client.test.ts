import assert from 'node:assert/strict'
import { createSystemClock } from '../../src/base/clock.ts'
import { createLogger, formatLogfmt, type Logger } from '../../src/base/logger.ts'
import {
  createEventRecorder,
  createKubeClient,
  type KubeClient,
  type KubeObject,
  keyFor,
  kinds,
  loadCluster,
  type Manifest,
  type Reflector,
  type Shape,
  startLeaderElection,
  startReflector,
} from '../../src/kube/index.ts'
import { eventually } from '../support/eventually.ts'
import { type KubeRelay, startKubeRelay } from '../support/kube-relay.ts'
import { realKube } from '../support/real-kube.ts'

const NAMESPACE = `sidelight-kube-${process.pid}`
const clock = createSystemClock()
const lines: string[] = []
const log: Logger = createLogger({
  level: 'debug',
  format: formatLogfmt,
  fields: {},
  write: (line) => lines.push(line),
  nowUs: clock.nowUs,
})

const configMap = (name: string, data: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE, labels: { for: 'reflector' } },
  data,
})

describe('the Kubernetes client on a real API server', function () {
  this.timeout(60_000)
  let relay: KubeRelay
  let client: KubeClient
  let config: string

  before(async function () {
    config = (await realKube(this)).kubeconfig
    relay = await startKubeRelay(loadCluster({ kubeconfig: config }))
    client = createKubeClient({ cluster: relay.cluster, clock, userAgent: 'sidelight-test' })
    await client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE },
    })
  })
  after(async () => {
    await client?.delete(kinds.namespace, NAMESPACE)
    await relay?.[Symbol.asyncDispose]()
  })

  describe('createKubeClient', () => {
    test('makes, reads, changes and deletes, by the cluster of a kubeconfig', async () => {
      const cluster = loadCluster({ kubeconfig: config })
      const direct = createKubeClient({ cluster, clock, userAgent: 'sidelight-test' })
      const made = await direct.create(kinds.configMap, configMap('direct', { a: '1' }))
      assert.equal(made.metadata.namespace, NAMESPACE)
      assert.deepEqual((await direct.get(kinds.configMap, 'direct', NAMESPACE))?.data, { a: '1' })
      const patched = await direct.patch(
        kinds.configMap,
        { name: 'direct', namespace: NAMESPACE },
        { merge: { data: { b: '2' } } },
      )
      assert.deepEqual(patched.data, { a: '1', b: '2' })
      assert.equal(await direct.delete(kinds.configMap, 'direct', NAMESPACE), true)
      assert.equal(await direct.delete(kinds.configMap, 'direct', NAMESPACE), false)
      assert.equal(await direct.get(kinds.configMap, 'direct', NAMESPACE), undefined)
      cluster.close()
    })

    test('refuses a replacement of what somebody else has changed', async () => {
      const first = await client.create(kinds.configMap, configMap('contested'))
      await client.replace(kinds.configMap, { ...first, data: { by: 'another' } })
      await assert.rejects(client.replace(kinds.configMap, { ...first, data: { by: 'me' } }), {
        code: 'ERR_KUBE_CONFLICT',
      })
    })

    test('names the path of a field that is wrong, and keeps nothing of a dry run', async () => {
      const wrong = { ...configMap('wrong'), data: { a: 1 } }
      await assert.rejects(
        client.create(kinds.configMap, wrong, { strict: true }),
        (error: Error & { code: string }) =>
          error.code === 'ERR_KUBE_INVALID' && error.message.includes('data'),
      )
      const written = { fieldManager: 'sidelight-test', dryRun: true }
      await client.apply(kinds.configMap, configMap('wrong'), written)
      assert.equal(await client.get(kinds.configMap, 'wrong', NAMESPACE), undefined)
    })

    test('lists every page, and names only when that is all that is wanted', async () => {
      const names = Array.from({ length: 7 }, (_, i) => `page-${i}`)
      for (const name of names)
        await client.create(kinds.configMap, { ...configMap(name, { big: 'x' }) })
      const { items } = await client.list(
        kinds.configMap,
        { namespace: NAMESPACE, labelSelector: 'for=reflector' },
        'metadata',
      )
      const found = items.filter(({ metadata }) => metadata.name.startsWith('page-'))
      assert.equal(found.length, 7)
      assert.equal(found[0]?.data, undefined)
    })

    test('says that the API server cannot be reached', async () => {
      const nobody = createKubeClient({
        cluster: { server: 'http://127.0.0.1:1', credentials: async () => ({}) },
        clock,
        userAgent: 'sidelight-test',
      })
      await assert.rejects(nobody.get(kinds.namespace, 'default'), {
        code: 'ERR_KUBE_UNREACHABLE',
        retryable: true,
      })
    })
  })

  describe('startReflector', () => {
    const changes: string[] = []
    let reflector: Reflector<string>
    const dataOf = (object: KubeObject): string => JSON.stringify(object.data ?? {})
    const start = (name: string, shape: Shape = 'whole'): Reflector<string> =>
      startReflector({
        client,
        shape,
        type: kinds.configMap,
        selection: { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` },
        read: dataOf,
        onChange: (key, now) => changes.push(`${key.split('/')[1]} ${now ?? 'gone'}`),
        clock,
        random: () => 0,
        log,
      })
    const seen = (change: string) => eventually(() => changes.includes(change))
    const lists = () => relay.seen.filter((line) => /configmaps\?.*limit=/.test(line)).length
    const watches = () => relay.seen.filter((line) => line.includes('watch=true')).length
    const put = (name: string, data: Record<string, string>) =>
      client.apply(kinds.configMap, configMap(name, data), { fieldManager: 'test', force: true })
    const key = (name: string) => keyFor(name, NAMESPACE)

    afterEach(async () => {
      relay.down(false)
      await reflector?.[Symbol.asyncDispose]()
      changes.length = 0
    })

    test('has what there was and follows it: made, changed, deleted', async () => {
      await put('followed', { v: '1' })
      reflector = start('followed')
      await reflector.synced
      assert.equal(reflector.get(key('followed')), '{"v":"1"}')
      await put('followed', { v: '2' })
      await seen('followed {"v":"2"}')
      await client.delete(kinds.configMap, 'followed', NAMESPACE)
      await seen('followed gone')
      assert.equal(reflector.size, 0)
      assert.deepEqual(changes, ['followed {"v":"1"}', 'followed {"v":"2"}', 'followed gone'])
    })

    test('follows names and labels alone', async () => {
      reflector = start('names-only', 'metadata')
      await reflector.synced
      await put('names-only', { v: '1' })
      await seen('names-only {}')
      await put('names-only', { v: '2' })
      await eventually(() => changes.length === 2)
      assert.equal(reflector.get(key('names-only')), '{}')
    })

    for (const how of ['end', 'reset'] as const)
      test(`resumes a watch after its ${how} where it was, without a new list`, async () => {
        const name = `resumed-${how}`
        reflector = start(name)
        await reflector.synced
        await eventually(() => watches() > 0)
        await put(name, { v: '1' })
        await seen(`${name} {"v":"1"}`)
        const [listed, watched] = [lists(), watches()]
        relay.cutWatches(how)
        await put(name, { v: '2' })
        await seen(`${name} {"v":"2"}`)
        assert.equal(lists(), listed)
        assert.ok(watches() > watched)
        assert.equal(changes.length, 2)
      })

    const GONE = { code: 410, kind: 'Status', reason: 'Expired', message: 'too old' }
    const ways = {
      'as a status': { status: 410, body: GONE },
      'as an event': { status: 200, body: { type: 'ERROR', object: GONE } },
    }
    for (const [way, answer] of Object.entries(ways))
      test(`lists anew when its place has expired, ${way}, and tells what it missed`, async () => {
        const name = `expired-${way.replaceAll(' ', '-')}`
        await put(name, { v: '1' })
        reflector = start(name)
        await reflector.synced
        const listed = lists()
        relay.down(true)
        await createKubeClient({
          cluster: loadCluster({ kubeconfig: config }),
          clock,
          userAgent: 'sidelight-test',
        }).delete(kinds.configMap, name, NAMESPACE)
        relay.answerNext((line) => line.includes('watch=true') && line.includes(name), answer)
        relay.down(false)
        await seen(`${name} gone`)
        assert.equal(lists(), listed + 1)
      })

    test('comes back when the API server was away from the start', async () => {
      await put('late', { v: '1' })
      relay.down(true)
      reflector = start('late')
      await eventually(() => lines.some((line) => line.includes('watch of configmaps fails')))
      relay.down(false)
      await reflector.synced
      assert.equal(reflector.get(key('late')), '{"v":"1"}')
    })
  })

  describe('startLeaderElection', () => {
    const elect = (identity: string, told: string[]) =>
      startLeaderElection({
        client,
        lease: { name: 'election', namespace: NAMESPACE },
        identity,
        clock,
        random: () => 0,
        log,
        onChange: (leads) => told.push(`${identity} ${leads}`),
      })

    test('has one leader at a time, and the next one at once when it goes', async () => {
      const told: string[] = []
      const a = elect('a', told)
      await eventually(() => a.isLeader())
      const b = elect('b', told)
      await eventually(() => relay.seen.filter((line) => line.includes('leases')).length > 4)
      assert.equal(b.isLeader(), false)
      await a[Symbol.asyncDispose]()
      await eventually(() => b.isLeader())
      await b[Symbol.asyncDispose]()
      assert.deepEqual(told, ['a true', 'a false', 'b true', 'b false'])
      const lease = await client.get(kinds.lease, 'election', NAMESPACE)
      assert.ok(lease)
      const { leaseTransitions, holderIdentity } = lease.spec as Record<string, unknown>
      assert.deepEqual(
        { leaseTransitions, holderIdentity },
        { leaseTransitions: 2, holderIdentity: '' },
      )
    })
  })

  describe('createEventRecorder', () => {
    test('writes an Event, and counts the same one up', async () => {
      const record = createEventRecorder({ client, clock, log, source: 'sidelight-test' })
      const about = { apiVersion: 'v1', kind: 'ConfigMap', name: 'it', namespace: NAMESPACE }
      const event = { type: 'Warning', reason: 'SpecRejected', message: 'rate: 3' } as const
      await record(about, event)
      await record(about, event)
      const { items } = await client.list(kinds.event, {
        namespace: NAMESPACE,
        fieldSelector: 'involvedObject.name=it',
      })
      assert.equal(items.length, 1)
      assert.equal(items[0]?.count, 2)
    })
  })
})
