import assert from 'node:assert/strict'
import {
  type annotations,
  type InjectionSettings,
  type Pod,
  patchPod,
} from '../../../../src/control/injector/index.ts'
import { assertGolden } from '../../../support/golden.ts'
import { applyPatch } from './apply-patch.ts'

const SETTINGS: InjectionSettings = {
  image: 'sidelight:1.2.3',
  imagePullPolicy: 'IfNotPresent',
  nativeSidecar: false,
  tokenAudience: 'sidelight.dev/operator',
  controlPlaneAddress: 'sidelight-operator.mesh.svc.cluster.local:6500',
  controlPlaneNamespace: 'mesh',
  trustDomain: 'cluster.local',
  trustAnchors: 'PEM',
}

/** A value of each annotation that is not its default. */
const SAMPLES: Readonly<Record<keyof typeof annotations, string>> = {
  enabled: 'yes',
  'app-id': 'orders',
  'app-port': '5001',
  'app-protocol': 'https',
  'app-ssl': 'true',
  'app-max-concurrency': '7',
  'app-channel-address': '10.0.0.9',
  'app-token-secret': 'app-token',
  'api-token-secret': 'api-token',
  config: 'appconfig',
  'log-level': 'debug',
  'log-as-json': 'true',
  'enable-api-logging': 'true',
  'enable-metrics': 'false',
  'metrics-port': '9191',
  env: 'A=1,B=x=y',
  'env-from-secret': 'KEY=vault:part,WHOLE=vault',
  'grpc-port': '50009',
  'internal-grpc-port': '50008',
  'sidecar-listen-addresses': '0.0.0.0',
  'sidecar-image': 'own/sidelight:2',
  'sidecar-cpu-request': '100m',
  'sidecar-cpu-limit': '1',
  'sidecar-memory-request': '80Mi',
  'sidecar-memory-limit': '1Gi',
  'sidecar-liveness-probe-delay-seconds': '30',
  'sidecar-liveness-probe-timeout-seconds': '4',
  'sidecar-liveness-probe-period-seconds': '11',
  'sidecar-liveness-probe-threshold': '6',
  'sidecar-readiness-probe-delay-seconds': '2',
  'sidecar-readiness-probe-timeout-seconds': '3',
  'sidecar-readiness-probe-period-seconds': '4',
  'sidecar-readiness-probe-threshold': '7',
  'sidecar-seccomp-profile-type': 'Localhost',
  'max-body-size': '8Mi',
  'read-buffer-size': '8Ki',
  'http-max-request-size': '16',
  'http-read-buffer-size': '16',
  'graceful-shutdown-seconds': '9',
  'block-shutdown-duration': '10s',
  'volume-mounts': 'data:/data',
  'volume-mounts-rw': 'data:/data',
  'enable-app-health-check': 'true',
  'app-health-check-path': '/ready',
  'app-health-probe-interval': '6',
  'app-health-probe-timeout': '600',
  'app-health-threshold': '4',
  'app-binding-options-timeout': '4s',
  'sidecar-svc-annotations': 'a=b',
  'disable-builtin-k8s-secret-store': 'true',
  'disable-init-endpoints': 'config',
  'enable-native-sidecar': 'true',
}

const podWith = (more: Readonly<Record<string, string>>, name = 'cart'): Pod => ({
  metadata: { name, annotations: { 'dapr.io/enabled': 'true', ...more } },
  spec: { containers: [{ name: 'app' }], volumes: [{ name: 'data' }] },
})

function injected(pod: Pod, settings: Partial<InjectionSettings> = {}) {
  const injection = patchPod(pod, { ...SETTINGS, ...settings })
  assert.ok(injection.ok)
  return {
    findings: injection.value.findings,
    patch: injection.value.patch,
    pod: applyPatch(pod, injection.value.patch),
  }
}

/** `path: value` of every leaf of the second that the first has not. */
function added(before: unknown, after: unknown): string[] {
  const leaves = (value: unknown, path: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, each]) => leaves(each, `${path}/${key}`))
      : [`${path}: ${JSON.stringify(value)}`]
  const known = new Set(leaves(before, ''))
  return leaves(after, '').filter((leaf) => !known.has(leaf))
}

describe('the patch of a pod', () => {
  test('is the sidecar that Dapr’s injector makes, with our image, and each annotation changes its part [dapr: pkg/injector/patcher/sidecar.go]', async () => {
    const plain = injected(podWith({})).pod
    const changes = Object.entries(SAMPLES).map(([name, value]) => {
      const pod = podWith({ [`dapr.io/${name}`]: value })
      const { pod: after, findings } = injected(pod)
      assert.deepEqual(findings, [], name)
      const changed = added(plain, after).filter(
        (leaf) => !leaf.startsWith('/metadata/annotations'),
      )
      return [`dapr.io/${name}: ${value}`, changed] as const
    })
    await assertGolden(
      'injected-pod.json',
      `${JSON.stringify({ plain, changes: Object.fromEntries(changes) }, null, 2)}\n`,
    )
  })

  test('is none for a pod without the annotation, and for one that has its sidecar', () => {
    assert.deepEqual(injected({ spec: { containers: [{ name: 'app' }] } }).patch, [])
    assert.deepEqual(injected(podWith({ 'dapr.io/enabled': 'off' })).patch, [])
    const once = injected(podWith({}))
    assert.deepEqual(injected(once.pod).patch, [])
    const native = injected(podWith({}), { nativeSidecar: true })
    assert.deepEqual(injected(native.pod).patch, [])
  })

  test('reads the names of 2020; today’s win [dapr v0.8.0]', () => {
    const { pod, findings } = injected(
      podWith({ 'dapr.io/id': 'old', 'dapr.io/port': '5002', 'dapr.io/app-port': '5003' }),
    )
    assert.deepEqual(findings, ['dapr.io/port gives way to dapr.io/app-port'])
    const args = JSON.stringify(pod)
    assert.match(args, /--app-id=old/)
    assert.match(args, /--app-port=5003/)
  })

  test('of what is malformed, misspelt or without effect: said on the pod, never a silent default', () => {
    const { pod, findings } = injected(
      podWith({
        'dapr.io/app-port': '80a',
        'dapr.io/app-prot': '1',
        'dapr.io/log-as-json': '',
        'dapr.io/unix-domain-socket-path': '/x',
        'dapr.io/volume-mounts': 'nowhere:/x',
        'dapr.io/env': 'A',
      }),
    )
    assert.deepEqual(findings, [
      'dapr.io/app-port: a whole number from 1 to 65535 is needed',
      'dapr.io/app-prot is unknown; did you mean dapr.io/app-port?',
      'dapr.io/env: pairs such as a=b,c=d is needed',
      'dapr.io/log-as-json: true or false is needed',
      'dapr.io/unix-domain-socket-path has no effect in Sidelight',
      'the pod has no volume nowhere to mount',
    ])
    assert.equal(pod.metadata?.annotations?.['sidelight.dev/injection'], findings.join('; '))
    assert.doesNotMatch(JSON.stringify(pod.spec), /nowhere/)
  })

  test('says on the pod that dapr.io/enabled was not understood, and injects nothing', () => {
    const { pod, patch } = injected(podWith({ 'dapr.io/enabled': 'ture' }))
    assert.deepEqual(patch, [
      {
        op: 'add',
        path: '/metadata/annotations/sidelight.dev~1injection',
        value: 'dapr.io/enabled: true or false is needed',
      },
    ])
    assert.deepEqual(pod.spec, podWith({}).spec)
  })

  test('puts the pod, its node and its workload on every span, and joins what an annotation adds', () => {
    const attributesOf = (metadata: Pod['metadata'], env = '') => {
      const { spec } = injected({
        metadata: {
          ...metadata,
          annotations: { 'dapr.io/enabled': 'true', ...(env && { 'dapr.io/env': env }) },
        },
        spec: { containers: [{ name: 'app' }] },
      }).pod
      const all = spec.containers[1]?.env?.filter(({ name }) => name.startsWith('OTEL_')) ?? []
      assert.equal(all.length, 1)
      return all[0]?.value
    }
    const plain =
      'k8s.namespace.name=$(NAMESPACE),k8s.pod.name=$(POD_NAME),k8s.pod.uid=$(POD_UID),k8s.node.name=$(NODE_NAME),k8s.container.name=daprd'
    const owned = (kind: string, name: string) => ({
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u' }],
    })
    assert.equal(attributesOf({ name: 'cart' }), plain)
    for (const [kind, name] of [
      ['StatefulSet', 'k8s.statefulset.name=cart'],
      ['DaemonSet', 'k8s.daemonset.name=cart'],
      ['Job', 'k8s.job.name=cart'],
      ['ReplicaSet', 'k8s.replicaset.name=cart'],
    ] as const)
      assert.equal(attributesOf(owned(kind, 'cart')), `${plain},${name}`)
    assert.equal(
      attributesOf(owned('Rollout', 'cart'), 'OTEL_RESOURCE_ATTRIBUTES=team=blue,A=1'),
      `${plain},team=blue`,
    )
    assert.equal(
      attributesOf({
        ...owned('ReplicaSet', 'cart-7d9f'),
        labels: { 'pod-template-hash': '7d9f' },
      }),
      `${plain},k8s.deployment.name=cart`,
    )
  })

  test('keeps what the app’s containers have of their own', () => {
    const pod: Pod = {
      metadata: { name: 'cart', annotations: { 'dapr.io/enabled': 'true' }, labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'app', env: [{ name: 'DAPR_HTTP_PORT', value: '1' }] },
          { name: 'other', env: [] },
        ],
      },
    }
    const { spec, metadata } = injected(pod).pod
    assert.deepEqual(
      spec.containers.map(({ name, env = [] }) => [name, env[0]?.value, env.length]),
      [
        ['app', '1', 3],
        ['other', '3500', 3],
        ['daprd', undefined, 8],
      ],
    )
    assert.deepEqual(metadata?.labels, {
      a: 'b',
      'dapr.io/sidecar-injected': 'true',
      'dapr.io/app-id': 'cart',
      'dapr.io/metrics-enabled': 'true',
    })
  })

  test('is refused for an app id that no Service could be named by', () => {
    for (const id of ['Orders', 'a.b', '-a', 'a'.repeat(59)]) {
      const injection = patchPod(podWith({ 'dapr.io/app-id': id }), SETTINGS)
      assert.ok(!injection.ok)
      assert.match(injection.error, /small letters, digits and - are needed, at most 58/)
    }
  })

  test('names the app by its workload while the pod has no name yet', () => {
    const idOf = (labels: Readonly<Record<string, string>>) =>
      injected({
        metadata: {
          generateName: 'cart-7d9f-',
          labels,
          annotations: { 'dapr.io/enabled': 'true' },
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: 'u' },
          ],
        },
        spec: { containers: [{ name: 'app' }] },
      }).pod.metadata?.labels?.['dapr.io/app-id']
    assert.equal(idOf({}), 'cart-7d9f')
    assert.equal(idOf({ 'pod-template-hash': '7d9f' }), 'cart')
  })
})
