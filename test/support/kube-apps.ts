import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { kinds, type ResourceType, TRUST_SECRET } from '../../src/kube/index.ts'
import type { ChildProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { type ControlPlane, type Overlay, openControlPlane } from './kube-control-plane.ts'
import { requirePartner } from './partners.ts'
import { type PodRunner, type PodRunnerOptions, startPodRunner } from './pods/pod-runner.ts'
import { type OwnKube, ownKube } from './real-kube.ts'
import { type SpanReceiver, startSpanReceiver } from './span-receiver.ts'
import { CLI } from './spawn-cli.ts'

const APP = fileURLToPath(new URL('./pods/app.mjs', import.meta.url))
const OPERATOR = 'sidelight-operator.sidelight-system.svc.cluster.local'

/** Namespace of the apps. */
export const APPS = 'apps'

/** For what controllers, pods and the operator do together. */
export const PATIENT = { deadlineMs: 40_000 }

/** As the operator writes it. */
export interface Status {
  readonly observedGeneration: number
  readonly appliedSummary: string
  readonly sidecars: { readonly failed: { readonly count: number; readonly names: string[] } }
  readonly conditions: readonly { type: string; status: string; message: string }[]
}

/** A real API server with the control plane, and apps whose pods run as processes. */
export interface AppsCluster extends AsyncDisposable {
  readonly kubeconfig: string
  readonly plane: ControlPlane
  readonly runner: PodRunner
  readonly receiver: SpanReceiver
  readonly operator: ChildProgram
  readonly injector: ChildProgram
  /** Starts another in the place of one that has ended. */
  restartOperator(): Promise<ChildProgram>
  /** As a rolling update of a node would: the API server is killed, and started again with what etcd has. */
  restartApiServer(): Promise<void>
  /** Applies the Configuration `tracing`, which exports to the receiver. */
  configure(rate: string): Promise<string>
  statusOf(
    name?: string,
    type?: ResourceType,
  ): Promise<{ readonly generation: number | undefined; readonly status: Status }>
  /** Until every sidecar runs what is there now. */
  applied(summary: string): Promise<Status>
  isReady(app: string, count: number): Promise<unknown>
  /** Asks a pod of an app, by default of `front`. */
  ask(path: string, app?: string): Promise<{ readonly status: number; readonly text: string }>
  /** Events about a workload, `REASON: MESSAGE`. */
  eventsOf(name: string): Promise<readonly string[]>
}

/** A Deployment of the app that asks others, see `pods/app.mjs`. */
export const appDeployment = (
  name: string,
  replicas: number,
  annotations: Readonly<Record<string, string>> = {},
): string =>
  plainDeployment(name, replicas, {
    'dapr.io/enabled': 'true',
    'dapr.io/app-id': name,
    'dapr.io/app-port': '8080',
    'dapr.io/config': 'tracing',
    ...annotations,
  })

/** @param own annotations of the Deployment itself */
export const plainDeployment = (
  name: string,
  replicas: number,
  annotations: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: APPS, annotations: own },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { containers: [{ name: 'app', image: 'app:1' }] },
      },
    },
  })

/** In the place of the Service: leads to the replica that leads, from pods and from this machine. */
async function startOperatorService(plane: ControlPlane, host: string): Promise<Disposable> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer((socket) => {
    keep(socket)
    const lead = async (): Promise<void> => {
      const port = await plane.leaderPort()
      if (port === undefined) return void socket.destroy()
      const onward = keep(connect({ host, port }))
      await Promise.all([pipeline(socket, onward), pipeline(onward, socket)])
    }
    lead().catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(6500, resolve))
  return {
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Certificates (PEM) of the authority, when some program has made it. */
export const authorityOf = (plane: ControlPlane): Promise<string> =>
  eventually(async () => {
    const secret = await plane.client.get(kinds.secret, TRUST_SECRET, 'sidelight-system')
    const made = ((secret?.data ?? {}) as Record<string, string>)['ca.crt']
    return made === undefined ? undefined : Buffer.from(made, 'base64').toString()
  }, PATIENT)

/** Another namespace whose pods are run, and what they need besides. */
interface AppsClusterOptions
  extends Partial<Pick<PodRunnerOptions, 'namespace' | 'hostNames' | 'folders'>> {
  /** Default: `base`. */
  readonly overlay?: Overlay
  /** Asked before the overlay is applied. */
  readonly prepare?: (kubeconfig: string) => Promise<void>
}

export async function openAppsCluster(
  context: Mocha.Context,
  options: AppsClusterOptions = {},
): Promise<AppsCluster> {
  for (const partner of ['root', 'ip', 'kubectl'] as const) requirePartner(context, partner)
  const ends: (() => PromiseLike<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (const each of ends.splice(0).reverse()) await each()
  }
  try {
    return await openParts(await ownKube(context), options, (each) => ends.push(each), end)
  } catch (error) {
    // Else namespaces and programs would stay on this machine.
    await end()
    throw error
  }
}

async function openParts(
  kube: OwnKube,
  options: AppsClusterOptions,
  onEnd: (task: () => PromiseLike<unknown>) => void,
  end: () => Promise<void>,
): Promise<AppsCluster> {
  const { namespace = APPS, hostNames = [], folders = {} } = options
  onEnd(() => kube.stop())
  await options.prepare?.(kube.kubeconfig)
  const plane = await openControlPlane(kube.kubeconfig, options.overlay)
  onEnd(() => plane[Symbol.asyncDispose]())
  await plane.client.create(kinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  const runner = await startPodRunner({
    client: plane.client,
    namespace,
    folders,
    images: {
      'sidelight/sidelight:0.1.0': [process.execPath, CLI],
      'app:1': [process.execPath, APP],
    },
    hostNames: [OPERATOR, ...hostNames],
  })
  onEnd(() => runner[Symbol.asyncDispose]())
  const receiver = await startSpanReceiver({ kind: 'accept' }, { host: runner.host })
  onEnd(() => receiver[Symbol.asyncDispose]())
  const service = await startOperatorService(plane, runner.host)
  onEnd(async () => service[Symbol.dispose]())
  let operator = await plane.startOperator({ host: runner.host, zipkin: receiver.url })
  onEnd(() => operator.stop())
  // Whoever comes first makes the authority: in each run the same one.
  await authorityOf(plane)
  const injector = await plane.startInjector()
  onEnd(() => injector.stop())

  const statusOf: AppsCluster['statusOf'] = async (
    name = 'tracing',
    type = kinds.configuration,
  ) => {
    const found = await plane.client.get(type, name, APPS)
    assert.ok(found)
    return { generation: found.metadata.generation, status: found.status as Status }
  }
  return {
    kubeconfig: kube.kubeconfig,
    plane,
    runner,
    receiver,
    get operator() {
      return operator
    },
    injector,
    restartApiServer: kube.restartApiServer,
    async restartOperator() {
      operator = await plane.startOperator({ host: runner.host, zipkin: receiver.url })
      return operator
    },
    configure: (rate) =>
      plane.apply(
        JSON.stringify({
          apiVersion: 'dapr.io/v1alpha1',
          kind: 'Configuration',
          metadata: { name: 'tracing', namespace: APPS },
          spec: {
            tracing: {
              samplingRate: rate,
              zipkin: { endpointAddress: receiver.url },
            },
          },
        }),
      ),
    statusOf,
    applied: (summary) =>
      eventually(async () => {
        const { generation, status } = await statusOf()
        assert.equal(status.observedGeneration, generation)
        assert.equal(status.appliedSummary, summary)
        return status
      }, PATIENT),
    isReady: (app, count) =>
      eventually(async () => {
        const found = await plane.client.get(kinds.deployment, app, APPS)
        const { readyReplicas = 0 } = (found?.status ?? {}) as { readyReplicas?: number }
        return readyReplicas === count
      }, PATIENT),
    async ask(path, app = 'front') {
      const [pod] = runner.running(app)
      assert.ok(pod)
      const answer = await fetch(`http://${pod.address}:8080${path}`)
      return { status: answer.status, text: await answer.text() }
    },
    async eventsOf(name) {
      const { items } = await plane.client.list(kinds.event, {
        namespace: APPS,
        fieldSelector: `involvedObject.name=${name}`,
      })
      return items.map(({ reason, message }) => `${reason}: ${message}`)
    },
    [Symbol.asyncDispose]: end,
  }
}
