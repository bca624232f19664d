import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { createSystemClock } from '../../src/base/clock.ts'
import {
  hasServiceAccount,
  openAccess,
} from '../../src/components/secretstores/kubernetes/access.ts'
import { KubernetesStore } from '../../src/components/secretstores/kubernetes/store.ts'
import {
  type Cluster,
  createKubeClient,
  type KubeClient,
  kinds,
  loadCluster,
} from '../../src/kube/index.ts'
import { openSecretStore } from '../support/open-secret-store.ts'
import { type RealKube, realKube } from '../support/real-kube.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { describeSecretStore } from './secret-store.ts'

const clock = createSystemClock()
const NAMESPACE = `secrets-${process.pid}`
const NO_NAME = '__proto__ is no name of a Secret'

describe('secretstores.kubernetes on a real API server', function () {
  this.timeout(60_000)
  let kube: RealKube
  let cluster: Cluster
  let client: KubeClient
  let directory: TemporaryDirectory
  /** Of the account `reader`, which may get and list, and of `stranger`, which may nothing. */
  const tokens = { reader: '', stranger: '' }

  before(async function () {
    kube = await realKube(this)
    directory = await temporaryDirectory()
    cluster = loadCluster({ kubeconfig: kube.kubeconfig })
    client = createKubeClient({ cluster, clock, userAgent: 'sidelight-test' })
    await client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE },
    })
    const metadata = { name: 'reader', namespace: NAMESPACE }
    await client.create(kinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: NAMESPACE },
      data: { key: Buffer.from('value ü').toString('base64') },
    })
    await client.create(kinds.role, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    })
    await client.create(kinds.roleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: NAMESPACE }],
    })
    for (const name of ['reader', 'stranger'] as const) {
      const account = { name, namespace: NAMESPACE }
      await client.create(kinds.serviceAccount, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: account,
      })
      const { status } = await client.createSubresource(kinds.serviceAccount, account, 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      })
      tokens[name] = (status as { token: string }).token
    }
  })
  after(async () => {
    await client?.delete(kinds.namespace, NAMESPACE)
    cluster?.close()
    await directory?.[Symbol.asyncDispose]()
  })

  const kubeconfigOf = async (account: keyof typeof tokens): Promise<string> => {
    const config = parse(await readFile(kube.kubeconfig, 'utf8'))
    for (const each of config.users) each.user = { token: tokens[account] }
    const file = directory.file(`${account}.kubeconfig`)
    await writeFile(file, stringify(config))
    return file
  }
  const open = async (account: keyof typeof tokens) =>
    openSecretStore('secretstores.kubernetes', {
      kubeconfigPath: await kubeconfigOf(account),
      defaultNamespace: NAMESPACE,
    })

  describeSecretStore(
    'the kubernetes driver',
    async () => {
      const store = await open('reader')
      return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
    },
    { skip: { 'takes any name for a name': NO_NAME, 'gives all of them': NO_NAME } },
  )

  test('gives all of a namespace at once', async () => {
    await using store = await open('reader')
    assert.deepEqual([...(await store.bulkGet({}))], [['key', { key: 'value ü' }]])
  })

  test('says which right is missing, and no value', async () => {
    await using store = await open('stranger')
    const refusal = (verb: string) => ({
      code: 'SECRETS_UNAVAILABLE',
      message: `the service account may not ${verb} secrets in ${NAMESPACE}: give it a Role with the verb ${verb}`,
    })
    await assert.rejects(store.get('key', {}), refusal('get'))
    await assert.rejects(store.bulkGet({}), refusal('list'))
    await using reader = await open('reader')
    await assert.rejects(
      reader.get('key', { namespace: 'kube-system' }),
      /may not get secrets in kube-system/,
    )
  })

  test('is the account of its pod, and sees a token that is renewed', async () => {
    const { server } = cluster
    const { hostname, port } = new URL(server)
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
    const [given] = parse(await readFile(kube.kubeconfig, 'utf8')).clusters
    assert.equal(await hasServiceAccount(env, directory.path), false)
    await writeFile(
      directory.file('ca.crt'),
      Buffer.from(given.cluster['certificate-authority-data'], 'base64'),
    )
    await assert.rejects(openAccess(undefined, env, directory.path), {
      code: 'SECRETS_UNAVAILABLE',
      message: /token cannot be read \(ENOENT\).*automountServiceAccountToken/,
    })
    await writeFile(directory.file('token'), `${tokens.stranger}\n`)
    assert.equal(await hasServiceAccount(env, directory.path), true)
    assert.equal(await hasServiceAccount({}, directory.path), false)
    await using store = new KubernetesStore(
      await openAccess(undefined, env, directory.path),
      NAMESPACE,
      clock,
    )
    await assert.rejects(store.get('key', {}), /may not get/)
    await writeFile(directory.file('token'), tokens.reader)
    assert.deepEqual(await store.get('key', {}), { key: 'value ü' })
  })

  test('says what is wrong with a kubeconfig, and outside of a cluster', async () => {
    const file = directory.file('broken')
    await writeFile(file, 'clusters: [')
    await assert.rejects(openAccess(file, {}), /broken is no kubeconfig with a current context/)
    await assert.rejects(openAccess(directory.file('none'), {}), /none cannot be read \(ENOENT\)/)
    await assert.rejects(
      openAccess(undefined, {}),
      /no Kubernetes here \(KUBERNETES_SERVICE_HOST is not set\).*kubeconfigPath/,
    )
    await writeFile(
      file,
      stringify({
        'current-context': 'x',
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 'secret-token' } }],
      }),
    )
    await using store = new KubernetesStore(await openAccess(file, {}), 'default', clock)
    await assert.rejects(store.get('key', {}), {
      code: 'SECRETS_UNAVAILABLE',
      message: 'the API server https://127.0.0.1:1 cannot be reached (ECONNREFUSED)',
    })
  })
})
