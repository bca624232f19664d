import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { eventually } from '../support/eventually.ts'
import type { KubeClient, KubeObject } from '../support/kube-client.ts'
import { type Pod, podOf } from '../support/pod-of.ts'
import { realKube } from '../support/real-kube.ts'
import { selfSign } from '../support/self-signed.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { kubectl, kustomize, type Manifest, OVERLAYS } from '../tools/kustomize.ts'
import { NAMESPACE } from '../tools/manifest-names.ts'
import { ROOT } from '../tools/manifests.ts'

const SHOP = 'shop'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const WEBHOOK =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/sidelight-injector'
const TRUST = `/api/v1/namespaces/${NAMESPACE}/secrets/sidelight-trust`

describe('k8s on a real API server', function () {
  this.timeout(120_000)
  let client: KubeClient
  let kubeconfig: string
  let directory: TemporaryDirectory

  /** What it says; it fails with what kubectl complains of. */
  async function run(...args: readonly string[]): Promise<string> {
    const [program, ...before] = kubectl()
    const { stdout, stderr } = await promisify(execFile)(
      program,
      [...before, ...args, `--kubeconfig=${kubeconfig}`, `--cache-dir=${directory.path}`],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
    )
    return stdout + stderr
  }

  /** Neither the definitions nor the namespaces, which end some time after they are deleted. */
  const isEmpty = async (): Promise<true> => {
    const { items } = (await client.get(DEFINITIONS)).body as unknown as { items: KubeObject[] }
    const left = items.filter(({ metadata }) => metadata.name.endsWith('.dapr.io'))
    assert.deepEqual(
      left.map(({ metadata }) => metadata.name),
      [],
    )
    for (const namespace of [NAMESPACE, SHOP])
      assert.equal((await client.get(`/api/v1/namespaces/${namespace}`)).status, 404, namespace)
    return true
  }

  /** Of what the API server counts changes: defaults that it fills in are none. */
  async function generations(): Promise<object> {
    const { items } = JSON.parse(await run('get', '-k', 'k8s', '-o', 'json')) as {
      items: (Manifest & { metadata: { generation?: number } })[]
    }
    return Object.fromEntries(
      items.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.generation]),
    )
  }

  before(async function () {
    ;({ client, kubeconfig } = await realKube(this))
    directory = await temporaryDirectory()
    await eventually(isEmpty, { deadlineMs: 60_000, intervalMs: 200 })
  })

  after(async () => {
    if (directory === undefined) return
    await run('delete', '-k', 'k8s', '--ignore-not-found', '--wait=false')
    await run('delete', 'namespace', SHOP, '--ignore-not-found', '--wait=false')
    await eventually(isEmpty, { deadlineMs: 60_000, intervalMs: 200 })
    await directory[Symbol.asyncDispose]()
  })

  test('is applied on an empty cluster at once, and applied again it changes nothing', async () => {
    const first = await run('apply', '-k', 'k8s')
    assert.equal(first.trim().split('\n').length, kustomize('.').length)
    assert.doesNotMatch(first, /unchanged|Warning/)
    const before = await generations()
    await run('apply', '-k', 'k8s')
    assert.deepEqual(await generations(), before)
  })

  for (const overlay of OVERLAYS)
    test(`is admitted object by object, with no field that the API does not know: ${overlay}`, async () => {
      if (overlay === 'examples/shop') await run('create', 'namespace', SHOP, '--save-config')
      const said = await run('apply', '--dry-run=server', '-k', `k8s/${overlay}`)
      assert.equal(said.trim().split('\n').length, kustomize(overlay).length, said)
      assert.doesNotMatch(said, /Warning/)
    })

  for (const overlay of OVERLAYS)
    test(`makes pods that hold to the Pod Security Standard restricted: ${overlay}`, async () => {
      const pods = kustomize(overlay).flatMap((object) => podsOf(object))
      for (const pod of pods) {
        const answer = await client.post(`/api/v1/namespaces/${NAMESPACE}/pods`, pod, 'dryRun=All')
        assert.equal(answer.status, 201, `${pod.metadata.name}: ${answer.body.message}`)
      }
    })

  test('has a namespace that refuses pods which do not', async () => {
    const [pod] = kustomize('base').flatMap((object) => podsOf(object))
    assert.ok(pod)
    const { securityContext: _, ...spec } = pod.spec as Record<string, unknown>
    const answer = await client.post(
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      { ...pod, spec },
      'dryRun=All',
    )
    assert.equal(answer.status, 403)
    assert.match(answer.body.message ?? '', /violates PodSecurity "restricted/)
  })

  test('leaves alone what the programs write: whom to trust, and the keys', async function () {
    const { certFile } = await selfSign(this, directory, ['DNS:localhost'])
    const cert = await readFile(certFile, 'utf8')
    const caBundle = Buffer.from(cert).toString('base64')
    const json = (value: object) => `--patch=${JSON.stringify(value)}`
    const add = [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }]
    await run(
      'patch',
      'mutatingwebhookconfiguration',
      'sidelight-injector',
      '--type=json',
      json(add),
    )
    await run(
      'patch',
      'secret',
      'sidelight-trust',
      '-n',
      NAMESPACE,
      json({ stringData: { 'ca.crt': cert } }),
    )
    for (const flags of [[], ['--server-side', '--field-manager=another', '--force-conflicts']]) {
      await run('apply', '-k', 'k8s/base', ...flags)
      const { webhooks } = (await client.get(WEBHOOK)).body as unknown as Webhooks
      assert.equal(webhooks[0]?.clientConfig.caBundle, caBundle, flags.join(' '))
      const { data } = (await client.get(TRUST)).body as unknown as { data: Record<string, string> }
      assert.equal(data['ca.crt'], caBundle, flags.join(' '))
    }
  })
})

interface Webhooks {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[]
}

/** The pod that its controller would make, with the account that every namespace has. */
function podsOf(object: Manifest): { metadata: { name: string }; spec: Pod['spec'] }[] {
  const pod = podOf(object)
  if (pod === undefined) return []
  const { metadata, spec } = pod
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: object.metadata.name },
      spec: { ...spec, serviceAccountName: 'default', ...claimed(object) },
    } as never,
  ]
}

/** Volumes that a StatefulSet makes of its templates. */
function claimed({ spec }: Manifest): object {
  const { template, volumeClaimTemplates = [] } = spec as {
    template: Pod
    volumeClaimTemplates?: readonly Manifest[]
  }
  const volumes = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }))
  return { volumes: [...(template.spec.volumes ?? []), ...volumes] }
}
