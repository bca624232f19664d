import { createServer, type Server } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import {
  type Cluster,
  type KubeClient,
  type KubeObject,
  kinds,
  openPortForward,
} from '../../kube/index.ts'

export interface Forwarded extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number
}

export interface ServicePort {
  readonly namespace: string
  readonly service: string
  /** Of the Service. */
  readonly port: number
}

/**
 * Lets a port of this machine lead to a Service: each connection goes to a pod of it that is ready then, so that one may
 * be replaced.
 *
 * @param onFailed told of a connection that came to nothing
 * @throws Fault `NO_READY_POD`, `PORT_TAKEN`
 */
export async function forwardPort(
  client: KubeClient,
  cluster: Cluster,
  target: ServicePort & { readonly localPort: number; readonly onFailed: (why: string) => void },
): Promise<Forwarded> {
  // Said now, not by the browser.
  await findEndpoint(client, target)
  const server = createServer((socket) => {
    const connect = async (): Promise<void> => {
      const forward = await openPortForward(cluster, await findEndpoint(client, target))
      await Promise.all([pipeline(socket, forward), pipeline(forward, socket)])
    }
    connect().catch((error) => {
      socket.destroy()
      if (error instanceof Fault) target.onFailed(messageOf(error))
    })
  })
  const port = await listen(server, target.localPort)
  return {
    port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        codeOf(error) === 'EADDRINUSE'
          ? new Fault('PORT_TAKEN', `port ${port} of this machine is taken; choose one by --port`)
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>
  readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[]
}

interface PodSpec {
  readonly containers?: readonly {
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
  }[]
}

async function findEndpoint(client: KubeClient, { namespace, service, port }: ServicePort) {
  const found = await client.get(kinds.service, service, namespace)
  const { selector = {}, ports = [] } = (found?.spec ?? {}) as ServiceSpec
  const { items } = await client.list(kinds.pod, {
    namespace,
    labelSelector: Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(),
  })
  const pod = found && items.find(isReady)
  if (pod === undefined)
    throw new Fault(
      'NO_READY_POD',
      `no pod of Service ${namespace}/${service} is ready; sidelight status -k, sidelight doctor -k`,
    )
  const targetPort = ports.find((each) => each.port === port)?.targetPort ?? port
  const { containers = [] } = (pod.spec ?? {}) as PodSpec
  const named = containers
    .flatMap((container) => container.ports ?? [])
    .find(({ name }) => name === targetPort)
  return {
    namespace,
    pod: pod.metadata.name,
    port: named?.containerPort ?? Number(targetPort),
  }
}

const isReady = ({ metadata, status }: KubeObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  (
    (status as { readonly conditions?: readonly { type: string; status: string }[] } | undefined)
      ?.conditions ?? []
  ).some(({ type, status: is }) => type === 'Ready' && is === 'True')
