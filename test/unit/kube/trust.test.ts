import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { createFakeClock, FAKE_START_US } from '../../../src/base/fake-clock.ts'
import { Fault } from '../../../src/base/fault.ts'
import {
  type Authority,
  createAuthority,
  ensureTrust,
  issueLeaf,
  type KubeClient,
  type KubeObject,
  planTrust,
} from '../../../src/kube/index.ts'

const DAY_MS = 24 * 3_600_000
const YEAR_MS = 365 * DAY_MS
const SERVICE = { name: 'sidelight-injector', namespace: 'mesh', clusterDomain: 'cluster.local' }

/** An authority of ten seconds that was made at `fromUs`. */
const lives = (fromUs: number, key = 'key'): Authority => ({
  cert: `from ${fromUs}`,
  key,
  notBeforeUs: fromUs,
  notAfterUs: fromUs + 10,
})
const names = (all: readonly Authority[]) => all.map(({ cert }) => cert)

describe('planTrust', () => {
  test('has a successor join at 80 % of a life and sign from 90 %', () => {
    const old = lives(0)
    const plan = (now: number, ...newer: Authority[]) => {
      const { signer, needsNew, trusted } = planTrust([...newer, old], now)
      return [signer?.cert, needsNew, names(trusted)]
    }
    assert.deepEqual(plan(7), ['from 0', false, ['from 0']])
    assert.deepEqual(plan(8), ['from 0', true, ['from 0']])
    assert.deepEqual(plan(8, lives(8)), ['from 0', false, ['from 8', 'from 0']])
    assert.deepEqual(plan(9, lives(8)), ['from 8', false, ['from 8', 'from 0']])
    assert.deepEqual(plan(10, lives(8)), ['from 8', false, ['from 8']])
  })

  test('asks for one where there is none, none that signs, or none that is not expired', () => {
    for (const there of [[], [lives(0, '')], [lives(-10)]]) {
      const { signer, needsNew } = planTrust(there, 1)
      assert.deepEqual([signer, needsNew], [undefined, true])
    }
    assert.deepEqual(names(planTrust([lives(0, '')], 1).trusted), ['from 0'])
  })

  test('signs with one that is too old while it has no successor', () => {
    const { signer, needsNew } = planTrust([lives(0)], 9)
    assert.deepEqual([signer?.cert, needsNew], ['from 0', true])
  })
})

describe('issueLeaf', () => {
  test('makes a day’s certificate of every name of a Service, which only its authority vouches for', async () => {
    const authority = await createAuthority(FAKE_START_US)
    const leaf = await issueLeaf(authority, SERVICE, FAKE_START_US)
    const certificate = new X509Certificate(leaf.cert)
    assert.equal(
      certificate.subjectAltName,
      [
        'DNS:sidelight-injector',
        'DNS:sidelight-injector.mesh',
        'DNS:sidelight-injector.mesh.svc',
        'DNS:sidelight-injector.mesh.svc.cluster.local',
        'DNS:localhost',
        'IP Address:127.0.0.1',
      ].join(', '),
    )
    assert.equal(certificate.ca, false)
    assert.equal(leaf.notAfterUs - FAKE_START_US, DAY_MS * 1000)
    assert.equal(Date.parse(certificate.validTo) * 1000, leaf.notAfterUs)
    const root = new X509Certificate(authority.cert)
    assert.ok(root.ca && certificate.checkIssued(root) && certificate.verify(root.publicKey))
    const stranger = new X509Certificate((await createAuthority(FAKE_START_US)).cert)
    assert.ok(!certificate.verify(stranger.publicKey))
  })

  test('never outlives its authority', async () => {
    const authority = await createAuthority(FAKE_START_US)
    const leaf = await issueLeaf(authority, SERVICE, authority.notAfterUs - 1_000_000)
    assert.equal(leaf.notAfterUs, authority.notAfterUs)
  })
})

/** One Secret with the API server's optimistic lock. */
function secretHolder(data: Record<string, string> | undefined = {}) {
  let version = 1
  let now: KubeObject = { metadata: { name: 'sidelight-trust', resourceVersion: '1' }, data }
  const seen = { replaced: 0, conflicts: 0 }
  const client: Pick<KubeClient, 'get' | 'replace'> = {
    get: async () => now,
    async replace(_, object) {
      if (object.metadata.resourceVersion !== now.metadata.resourceVersion) {
        seen.conflicts++
        throw new Fault('ERR_KUBE_CONFLICT', 'somebody was faster')
      }
      seen.replaced++
      now = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
      return now
    },
  }
  const text = (key: string) =>
    Buffer.from((now.data as Record<string, string>)[key] ?? '', 'base64').toString()
  return { client, seen, text }
}
const count = (text: string, what: string) => text.split(`BEGIN ${what}`).length - 1

describe('ensureTrust', () => {
  test('makes the authority once, whichever of many replicas comes first', async () => {
    const { client, seen, text } = secretHolder()
    const clock = createFakeClock()
    const trusts = await Promise.all([1, 2, 3, 4].map(() => ensureTrust(client, 'mesh', clock)))
    assert.equal(new Set(trusts.map(({ signer }) => signer.cert)).size, 1)
    assert.deepEqual(seen, { replaced: 1, conflicts: 3 })
    assert.deepEqual(trusts[0]?.certificates, [text('ca.crt').trim()])
    assert.deepEqual(await ensureTrust(client, 'mesh', clock), trusts[0])
  })

  test('goes through a rotation: two are trusted, the old one signs, then the new one, then it is alone', async () => {
    const { client, text } = secretHolder()
    const clock = createFakeClock()
    const first = await ensureTrust(client, 'mesh', clock)
    clock.advance(8 * YEAR_MS + DAY_MS)
    const joined = await ensureTrust(client, 'mesh', clock)
    assert.equal(joined.signer.cert, first.signer.cert)
    assert.equal(joined.certificates[1], first.signer.cert)
    assert.deepEqual([count(text('ca.crt'), 'CERT'), count(text('ca.key'), 'PRIVATE')], [2, 2])
    clock.advance(YEAR_MS)
    const signing = await ensureTrust(client, 'mesh', clock)
    assert.deepEqual(signing.certificates, joined.certificates)
    assert.equal(signing.certificates[0], signing.signer.cert)
    clock.advance(YEAR_MS)
    const alone = await ensureTrust(client, 'mesh', clock)
    assert.deepEqual(alone.certificates, [signing.signer.cert])
  })

  test('leaves alone what somebody else has put there, and says what to do', async () => {
    const garbage = Buffer.from('not PEM').toString('base64')
    const { client, seen } = secretHolder({ 'ca.crt': garbage })
    await assert.rejects(ensureTrust(client, 'mesh', createFakeClock()), {
      code: 'ERR_TRUST_SECRET',
      message: /has no certificates in ca\.crt; remove its data/,
    })
    assert.equal(seen.replaced, 0)
  })

  test('says that the Secret is missing', async () => {
    const client = { ...secretHolder().client, get: async () => undefined }
    await assert.rejects(ensureTrust(client, 'mesh', createFakeClock()), {
      code: 'ERR_TRUST_SECRET',
      message: /mesh\/sidelight-trust is missing/,
    })
  })
})
