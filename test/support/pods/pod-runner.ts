import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createSystemClock } from '../../../src/base/clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import {
  createWorkQueue,
  type KubeClient,
  type KubeObject,
  keyFor,
  keyOf,
  kinds,
  type Reflector,
  startReflector,
} from '../../../src/kube/index.ts'
import { type ChildProgram, startProgram } from '../child-program.ts'
import { eventually } from '../eventually.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import {
  argsOf,
  type Container,
  environmentOf,
  projectedToken,
  specOf,
} from './container-command.ts'
import { type KubeletPod, startKubelet } from './kubelet.ts'
import { registerNode } from './node.ts'
import { openPodNetwork, type PodPlace } from './pod-network.ts'

export interface RunningPod extends KubeletPod {
  readonly name: string
}

export interface PodRunner extends AsyncDisposable {
  /** Of this machine, as pods see it. */
  readonly host: string
  /** Pods whose label `app` is this one, as they run now. */
  running(app: string): readonly RunningPod[]
  /** Has a pod of any namespace ready at the address of this machine, where the test runs its program itself. */
  adopt(pod: KubeObject): Promise<void>
}

export interface PodRunnerOptions {
  readonly client: KubeClient
  readonly namespace: string
  /** How an image is run here. */
  readonly images: Readonly<Record<string, readonly string[]>>
  /** Names that stand for this machine. */
  readonly hostNames: readonly string[]
  /** Where folders of images are here, for commands that name a file in one. */
  readonly folders?: Readonly<Record<string, string>>
}

const READY_DEADLINE_MS = 20_000

interface Kept extends RunningPod {
  readonly app: string
  readonly place: PodPlace
}

/** Runs the pods of a namespace. Needs root and `ip`. */
export async function startPodRunner(options: PodRunnerOptions): Promise<PodRunner> {
  const { client, namespace, images, hostNames } = options
  const clock = createSystemClock()
  const network = await openPodNetwork()
  const directory = await temporaryDirectory()
  const kept = new Map<string, Kept>()
  const adopted = new Map<string, RunningPod>()
  const kubelet = await startKubelet(network.host, (of, name) => {
    const key = keyFor(name, of)
    return kept.get(key) ?? adopted.get(key)
  })
  const node = await registerNode(client, `node-${process.pid}`, {
    host: network.host,
    port: kubelet.port,
  })
  const shared = { client, clock, random: () => 0.5, log: silentLogger }

  async function start(pod: KubeObject): Promise<void> {
    const place = await network.add()
    await node.bind({ name: pod.metadata.name, namespace })
    const containers = new Map<string, ChildProgram>()
    const { name, labels = {} } = pod.metadata
    kept.set(keyOf(pod), { name, app: labels.app ?? '', address: place.address, place, containers })
    const token = await projectedToken(pod, client)
    const tokenFile = directory.file(`${name}.token`)
    if (token !== undefined) await writeFile(tokenFile, token)
    await report(pod, place.address, false)
    const { containers: all, initContainers = [] } = specOf(pod)
    for (const each of [...initContainers, ...all])
      containers.set(each.name, await startContainer(each, pod, place, tokenFile))
    await Promise.all(all.map((each) => whenReady(each, place.address)))
    await report(pod, place.address, true)
  }

  const here = (word: string): string => {
    const [inImage, folder] =
      Object.entries(options.folders ?? {}).find(([each]) => word.startsWith(each)) ?? []
    return inImage === undefined ? word : `${folder}${word.slice(inImage.length)}`
  }

  async function startContainer(
    container: Container,
    pod: KubeObject,
    place: PodPlace,
    tokenFile: string,
  ): Promise<ChildProgram> {
    const image = images[container.image]
    if (image === undefined) throw new Error(`no image ${container.image} here`)
    const env = await environmentOf(container, pod, client)
    const [program, ...args] = place.wrap([
      ...(container.command ?? image).map(here),
      ...argsOf(container, env),
    ])
    return startProgram(program, args, {
      inheritEnv: false,
      env: { PATH: process.env.PATH, ...env, DAPR_SENTRY_TOKEN_FILE: tokenFile },
    })
  }

  /** As a kubelet reports it. */
  const report = async (
    { metadata: { name, namespace } }: KubeObject,
    podIP: string,
    isReady: boolean,
  ): Promise<void> => {
    await client.patch(
      kinds.pod,
      { name, namespace },
      {
        merge: {
          status: {
            phase: 'Running',
            podIP,
            podIPs: [{ ip: podIP }],
            conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
          },
        },
      },
      { subresource: 'status' },
    )
  }

  async function stop(key: string): Promise<void> {
    const pod = kept.get(key)
    if (pod === undefined) return
    await Promise.all([...pod.containers.values()].map((each) => each.stop()))
    kept.delete(key)
    await pod.place.remove()
  }

  const queue = createWorkQueue({
    ...shared,
    name: 'pods',
    concurrency: 4,
    async reconcile(key) {
      const pod = pods.get(key)
      if (pod === undefined) await stop(key)
      else if (pod.metadata.deletionTimestamp !== undefined) {
        await stop(key)
        await client.delete(kinds.pod, pod.metadata.name, namespace, { gracePeriodSeconds: 0 })
      } else if (!kept.has(key)) await start(pod)
      return undefined
    },
  })
  const pods: Reflector<KubeObject> = startReflector({
    ...shared,
    type: kinds.pod,
    selection: { namespace },
    read: (object) => object,
    onChange: (key) => queue.add(key),
  })
  const names = (): void => {
    const found = new Map(hostNames.map((name) => [name, [network.host]]))
    for (const [, { service, addresses }] of slices.entries())
      found.set(`${service}.${namespace}.svc.cluster.local`, addresses)
    network.setNames(found)
  }
  const slices = startReflector({
    ...shared,
    type: kinds.endpointSlice,
    selection: { namespace },
    read: readSlice,
    onChange: () => names(),
  })
  await slices.synced
  names()
  return {
    host: network.host,
    async adopt(pod) {
      const { name, namespace = '' } = pod.metadata
      await node.bind({ name, namespace })
      adopted.set(keyOf(pod), { name, address: network.host, containers: new Map() })
      await report(pod, network.host, true)
    },
    running: (app) => [...kept.values()].filter((each) => each.app === app),
    async [Symbol.asyncDispose]() {
      node[Symbol.dispose]()
      await kubelet[Symbol.asyncDispose]()
      await pods[Symbol.asyncDispose]()
      await slices[Symbol.asyncDispose]()
      await queue[Symbol.asyncDispose]()
      for (const key of [...kept.keys()]) await stop(key)
      await network[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

async function whenReady({ readinessProbe }: Container, address: string): Promise<void> {
  const probe = readinessProbe?.httpGet
  if (probe === undefined) return
  await eventually(
    () =>
      new Promise<boolean>((resolve, reject) => {
        get(`http://${address}:${probe.port}${probe.path}`, { agent: false }, (answer) => {
          answer.resume()
          resolve((answer.statusCode ?? 500) < 400)
        }).on('error', reject)
      }),
    { deadlineMs: READY_DEADLINE_MS },
  )
}

function readSlice({ metadata, endpoints }: KubeObject) {
  const all = (endpoints ?? []) as {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
  }[]
  return {
    service: metadata.labels?.['kubernetes.io/service-name'] ?? '',
    addresses: all
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses),
  }
}
