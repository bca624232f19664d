import assert from 'node:assert/strict'
import { requirePartner } from '../support/partners.ts'
import {
  type Container,
  containersOf,
  namesIn,
  type Pod,
  podOf,
  type Selector,
  selects,
} from '../support/pod-of.ts'
import { kustomize, type Manifest, OVERLAYS } from '../tools/kustomize.ts'

const MAX_BYTES = 200 * 1024

const titleOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`
const ofKind = <T>(all: readonly Manifest[], ...kinds: readonly string[]) =>
  all.filter(({ kind }) => kinds.includes(kind)) as (Manifest & T)[]

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}
interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string }
  readonly subjects: readonly { readonly kind: string; readonly name: string }[]
}

for (const overlay of OVERLAYS)
  describe(`what kubectl apply -k k8s/${overlay} applies`, function () {
    this.timeout(30_000)
    let all: readonly Manifest[]
    let titles: ReadonlySet<string>
    let pods: readonly Pod[]
    let containers: readonly Container[]

    before(function () {
      requirePartner(this, 'kubectl')
      all = kustomize(overlay)
      titles = new Set(all.map(titleOf))
      pods = all.flatMap((each) => podOf(each) ?? [])
      containers = pods.flatMap(containersOf)
    })

    test('is there, each object once and small enough for a server to keep', () => {
      assert.ok(pods.length > 0)
      assert.equal(titles.size, all.length)
      for (const object of all)
        assert.ok(JSON.stringify(object).length < MAX_BYTES, titleOf(object))
    })

    test('runs images of a version that is written out', () => {
      for (const { image } of containers) assert.match(image, /^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/)
    })

    test('bounds every container, probes it where it can be reached, and has it write nowhere', () => {
      for (const { name, resources, ports, ...container } of containers) {
        assert.deepEqual(Object.keys(resources?.requests ?? {}).sort(), ['cpu', 'memory'], name)
        assert.ok(resources?.limits?.memory, name)
        assert.equal(container.securityContext?.readOnlyRootFilesystem, true, name)
        if (ports === undefined) continue
        assert.ok(container.readinessProbe && container.livenessProbe, name)
      }
    })

    test('has every file, account and variable that a pod asks for', () => {
      const optional = new Set(['ServiceAccount default'])
      for (const name of pods.flatMap(namesIn))
        assert.ok(titles.has(name) || optional.has(name), name)
      for (const pod of pods) {
        const volumes = new Set((pod.spec.volumes ?? []).map(({ name }) => name))
        const claims = all.filter((each) => podOf(each) === pod).flatMap(claimsOf)
        for (const { name } of containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts))
          assert.ok(volumes.has(name) || claims.includes(name), name)
      }
    })

    test('has no selector that finds nobody, and no port without a name at its pod', () => {
      const found = (selector: Selector) =>
        pods.filter(({ metadata }) => selects(selector, metadata.labels))
      for (const { metadata, spec } of ofKind<{ spec: { podSelector: Selector } }>(
        all,
        'NetworkPolicy',
      ))
        assert.ok(found(spec.podSelector).length > 0, metadata.name)
      for (const { metadata, spec } of ofKind<{ spec: { selector: Selector } }>(
        all,
        'PodDisruptionBudget',
      ))
        assert.equal(found(spec.selector).length, 1, metadata.name)
      for (const { metadata, spec } of ofKind<{ spec: ServiceSpec }>(all, 'Service')) {
        // Set by the one that leads.
        const { 'sidelight.dev/leader': _, ...matchLabels } = spec.selector
        const [pod, ...others] = found({ matchLabels })
        assert.ok(pod !== undefined && others.length === 0, metadata.name)
        const named = containersOf(pod).flatMap(({ ports = [] }) => ports.map(({ name }) => name))
        for (const { targetPort } of spec.ports)
          assert.ok(named.includes(targetPort), metadata.name)
        assert.ok(spec.type === undefined || spec.type === 'ClusterIP', metadata.name)
      }
    })

    test('grants nothing wholesale, and each role to somebody who is there', () => {
      const roles = ofKind<{ rules: readonly Rule[] }>(all, 'Role', 'ClusterRole')
      for (const { metadata, rules } of roles)
        for (const rule of rules)
          assert.ok(!JSON.stringify(rule).includes('*'), `${metadata.name} has a *`)
      const bindings = ofKind<Binding>(all, 'RoleBinding', 'ClusterRoleBinding')
      for (const { roleRef, subjects } of bindings) {
        assert.ok(titles.has(`${roleRef.kind} ${roleRef.name}`), roleRef.name)
        for (const { kind, name } of subjects) assert.ok(titles.has(`${kind} ${name}`), name)
      }
      const bound = new Set(bindings.map(({ roleRef }) => `${roleRef.kind} ${roleRef.name}`))
      for (const role of roles) assert.ok(bound.has(titleOf(role)), titleOf(role))
    })

    test('ships no secret', () => {
      for (const secret of ofKind<{ data?: object; stringData?: object }>(all, 'Secret'))
        assert.ok(secret.data === undefined && secret.stringData === undefined)
      for (const { name, value } of containers.flatMap(({ env = [] }) => env))
        assert.ok(!/PASSWORD|TOKEN|SECRET(?!.*DISABLE)/.test(name) || value === undefined, name)
    })

    test('says what its claims are without a label that a release changes [a claim template is immutable]', () => {
      for (const { metadata, spec } of ofKind<{ spec: Claims }>(all, 'StatefulSet'))
        for (const claim of spec.volumeClaimTemplates ?? [])
          assert.deepEqual(
            Object.keys(claim.metadata.labels ?? {}),
            ['app.kubernetes.io/part-of'],
            metadata.name,
          )
    })
  })

interface ServiceSpec {
  readonly type?: string
  readonly selector: Readonly<Record<string, string>>
  readonly ports: readonly { readonly targetPort: string }[]
}

interface Claims {
  readonly volumeClaimTemplates?: readonly Pick<Manifest, 'metadata'>[]
}

const claimsOf = ({ spec }: Manifest): string[] =>
  ((spec as Claims).volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name)
