import assert from 'node:assert/strict'
import {
  CONTROLLERS,
  type ReviewSettings,
  reviewPod,
} from '../../../../src/control/injector/index.ts'

const SETTINGS: ReviewSettings = {
  image: 'sidelight:1.2.3',
  imagePullPolicy: 'IfNotPresent',
  nativeSidecar: false,
  tokenAudience: 'sidelight.dev/operator',
  controlPlaneAddress: 'sidelight-operator.mesh.svc.cluster.local:6500',
  controlPlaneNamespace: 'mesh',
  trustDomain: 'cluster.local',
  trustAnchors: 'PEM',
  serviceAccounts: CONTROLLERS,
}
const POD = {
  metadata: { name: 'cart', annotations: { 'dapr.io/enabled': 'true' }, labels: null },
  spec: { containers: [{ name: 'app', env: null }], volumes: null },
}
const REPLICA_SETS = { username: 'system:serviceaccount:kube-system:replicaset-controller' }

const ask = (request: object, apiVersion = 'admission.k8s.io/v1') =>
  reviewPod(
    {
      apiVersion,
      kind: 'AdmissionReview',
      request: {
        uid: 'u1',
        kind: { kind: 'Pod' },
        userInfo: REPLICA_SETS,
        object: POD,
        ...request,
      },
    },
    SETTINGS,
  )

function answered(request: object, apiVersion?: string) {
  const reviewed = ask(request, apiVersion)
  assert.ok(reviewed.ok, JSON.stringify(reviewed))
  const { answer, outcome } = reviewed.value
  return { outcome, ...(answer as { apiVersion: string; response: Record<string, unknown> }) }
}

describe('the review of a pod', () => {
  test('answers in the version it was asked in, with a patch for pods of controllers [dapr: pkg/injector/service]', () => {
    for (const version of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']) {
      const { outcome, apiVersion, response } = answered({}, version)
      assert.deepEqual([outcome, apiVersion], ['injected', version])
      const { patch, ...rest } = response
      assert.deepEqual(rest, { uid: 'u1', allowed: true, patchType: 'JSONPatch' })
      const steps = JSON.parse(Buffer.from(String(patch), 'base64').toString())
      assert.deepEqual(
        steps.map(({ path }: { path: string }) => path),
        ['/metadata/labels', '/spec/volumes', '/spec/containers/0/env', '/spec/containers/-'],
      )
    }
  })

  test('lets through as it is whatever asks for no sidecar, is no pod, or is made by somebody else', () => {
    const plain = { ...POD, metadata: { name: 'cart' } }
    for (const [request, outcome] of [
      [{ object: plain }, 'passed'],
      [{ kind: { kind: 'Service' }, object: { any: 'thing' } }, 'passed'],
      [{ userInfo: { username: 'alice', groups: ['developers'] } }, 'unauthorized'],
      [{ userInfo: null }, 'unauthorized'],
    ] as const) {
      const { outcome: found, response } = answered(request)
      assert.equal(found, outcome)
      assert.deepEqual(response, { uid: 'u1', allowed: true })
    }
    assert.equal(answered({ userInfo: { groups: ['system:masters'] } }).outcome, 'injected')
  })

  test('says findings as warnings, and refuses an app id that is none', () => {
    const annotated = (more: object) => ({
      object: {
        ...POD,
        metadata: { annotations: { 'dapr.io/enabled': 'true', ...more }, name: 'x' },
      },
    })
    assert.deepEqual(answered(annotated({ 'dapr.io/app-port': 'x' })).response.warnings, [
      'dapr.io/app-port: a whole number from 1 to 65535 is needed',
    ])
    const { outcome, response } = answered(annotated({ 'dapr.io/app-id': 'A b' }))
    assert.equal(outcome, 'refused')
    assert.equal(response.allowed, false)
    assert.match(JSON.stringify(response.status), /set dapr\.io\/app-id/)
  })

  test('names what is wrong with a request that is none', () => {
    for (const body of [undefined, 'x', {}, { apiVersion: 'v1', kind: 'AdmissionReview' }])
      assert.ok(!reviewPod(body, SETTINGS).ok)
    const broken = ask({ object: { spec: { containers: 'none' } } })
    assert.ok(!broken.ok)
    assert.match(broken.error, /spec\.containers/)
  })
})
