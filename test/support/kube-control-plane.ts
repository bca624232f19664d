import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { createSystemClock } from '../../src/base/clock.ts'
import {
  type Cluster,
  createKubeClient,
  type KubeClient,
  kinds,
  loadCluster,
} from '../../src/kube/index.ts'
import { kubectl } from '../tools/kustomize.ts'
import { ROOT } from '../tools/manifests.ts'
import type { ChildProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'
import { type KubeRelay, startKubeRelay } from './kube-relay.ts'
import { spawnCli } from './spawn-cli.ts'
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts'

const NAMESPACE = 'sidelight-system'

/** A cluster to which an overlay was applied, and whose control plane runs here, each program as its service account. */
export interface ControlPlane extends AsyncDisposable {
  readonly client: KubeClient
  /** What kubectl says of it. @throws what it complains of */
  kubectl(...args: readonly string[]): Promise<string>
  /** Applies the documents of a text. */
  apply(text: string): Promise<string>
  startOperator(options: {
    readonly host: string
    readonly replica?: number
    /** Where its spans go. */
    readonly zipkin?: string
  }): Promise<ChildProgram>
  startInjector(): Promise<ChildProgram>
  /** A kubeconfig by which one is a service account of the control plane's namespace. */
  kubeconfigOf(account: string): Promise<string>
  /** Where the replica listens that leads; `undefined` when nobody does. */
  leaderPort(): Promise<number | undefined>
  /** What stands between a program and the API server, newest last. */
  relaysOf(account: Account): readonly KubeRelay[]
}

export type Overlay = 'base' | 'beside-dapr'

/** Of `k8s/base`: each program runs as its own. */
export type Account = 'sidelight-operator' | 'sidelight-injector'

/** @param overlay under `k8s/` */
export async function openControlPlane(
  kubeconfig: string,
  overlay: Overlay = 'base',
): Promise<ControlPlane> {
  const directory = await temporaryDirectory()
  const cluster = loadCluster({ kubeconfig })
  const clock = createSystemClock()
  const client = createKubeClient({ cluster, clock, userAgent: 'sidelight-test' })

  const run = async (...args: readonly string[]): Promise<string> => {
    const [program, ...before] = kubectl()
    const { stdout } = await promisify(execFile)(
      program,
      [...before, ...args, `--kubeconfig=${kubeconfig}`, `--cache-dir=${directory.path}`],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
    )
    return stdout
  }
  const relays = new Map<Account, KubeRelay[]>()
  const operatorPorts = new Map<string, number>()
  const clusters: Cluster[] = []

  async function kubeconfigOf(name: string): Promise<string> {
    const { status } = await client.createSubresource(
      kinds.serviceAccount,
      { name, namespace: NAMESPACE },
      'token',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    )
    const config = parse(await readFile(kubeconfig, 'utf8'))
    for (const each of config.users) each.user = { token: (status as { token: string }).token }
    const file = directory.file(`${name}.kubeconfig`)
    await writeFile(file, stringify(config))
    return file
  }
  /** The same, by way of a relay. */
  async function asAccount(name: Account): Promise<string> {
    const account = loadCluster({ kubeconfig: await kubeconfigOf(name) })
    clusters.push(account)
    const relay = await startKubeRelay(account)
    relays.set(name, [...(relays.get(name) ?? []), relay])
    const config = parse(await readFile(kubeconfig, 'utf8'))
    for (const each of config.clusters)
      each.cluster = { server: relay.cluster.server, 'insecure-skip-tls-verify': true }
    for (const each of config.users) each.user = {}
    const relayed = directory.file(`${name}.relay.kubeconfig`)
    await writeFile(relayed, stringify(config))
    return relayed
  }
  await run('apply', '-k', `k8s/${overlay}`)
  return {
    client,
    kubectl: run,
    apply: (text) => applyText(run, directory, text),
    async startOperator({ host, replica = 0, zipkin }) {
      // The real controllers made the pods of the Deployment; nobody runs them.
      const pod = await eventually(async () => {
        const { items } = await client.list(kinds.pod, {
          namespace: NAMESPACE,
          labelSelector: 'app=sidelight-operator',
        })
        return items[replica]
      })
      const [probePort] = await freePorts(1)
      const program = await spawnCli(
        [
          'operator',
          `--kubeconfig=${await asAccount('sidelight-operator')}`,
          `--listen-address=${host}`,
          `--port=${6501 + replica}`,
          `--probe-port=${probePort}`,
          '--default-configuration=k8s/base/configuration.yaml',
          ...(overlay === 'beside-dapr' ? ['--beside-dapr'] : []),
          ...(zipkin === undefined ? [] : [`--zipkin=${zipkin}`]),
        ],
        { env: { POD_NAME: pod.metadata.name, NAMESPACE, KUBECONFIG: '' } },
      )
      operatorPorts.set(pod.metadata.name, 6501 + replica)
      return program
    },
    async startInjector() {
      const [port, probePort] = await freePorts(2)
      const program = await spawnCli(
        [
          'injector',
          `--kubeconfig=${await asAccount('sidelight-injector')}`,
          '--listen-address=127.0.0.1',
          `--port=${port}`,
          `--probe-port=${probePort}`,
        ],
        { env: { SIDECAR_IMAGE: 'sidelight/sidelight:0.1.0', NAMESPACE, KUBECONFIG: '' } },
      )
      const url = `https://127.0.0.1:${port}/mutate`
      await client.patch(
        kinds.mutatingWebhook,
        { name: 'sidelight-injector' },
        { json: [{ op: 'replace', path: '/webhooks/0/clientConfig', value: { url } }] },
      )
      await eventually(
        async () => (await fetch(`http://127.0.0.1:${probePort}/readyz`)).status === 200,
        { deadlineMs: 20_000 },
      )
      return program
    },
    kubeconfigOf,
    async leaderPort() {
      const lease = await client.get(kinds.lease, 'sidelight-operator', NAMESPACE)
      const { holderIdentity = '' } = (lease?.spec ?? {}) as { readonly holderIdentity?: string }
      return operatorPorts.get(holderIdentity)
    },
    relaysOf: (account) => relays.get(account) ?? [],
    async [Symbol.asyncDispose]() {
      for (const relay of [...relays.values()].flat()) await relay[Symbol.asyncDispose]()
      for (const each of [cluster, ...clusters]) each.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

async function applyText(
  run: ControlPlane['kubectl'],
  directory: TemporaryDirectory,
  text: string,
): Promise<string> {
  const file = directory.file('manifest.yaml')
  await writeFile(file, text)
  return run('apply', '-f', file)
}
