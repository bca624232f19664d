import { Duplex, PassThrough } from 'node:stream'
import { PortForward } from '@kubernetes/client-node'
import { Fault } from '../base/fault.ts'
import type { Cluster } from './cluster.ts'

export interface PodPort {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

/**
 * Connects with a port of a pod through API server and kubelet, as `kubectl port-forward` does: no network between here
 * and the pod is needed.
 *
 * @returns the connection; one that the pod refuses is destroyed with the Fault `ERR_KUBE_PORT_FORWARD`
 * @throws Fault `ERR_KUBE_PORT_FORWARD` when the API server does not let us, or there is no such pod
 */
export async function openPortForward(
  { config }: Pick<Cluster, 'config'>,
  { namespace, pod, port }: PodPort,
): Promise<Duplex> {
  const toPod = new PassThrough()
  const fromPod = new PassThrough()
  const complaints = new PassThrough()
  const connection = Duplex.from({ writable: toPod, readable: fromPod })
  const fault = (why: string, cause?: unknown): Fault =>
    new Fault('ERR_KUBE_PORT_FORWARD', `port ${port} of pod ${namespace}/${pod}: ${why}`, { cause })
  complaints.on('data', (text: Buffer) => connection.destroy(fault(text.toString().trim())))
  try {
    const socket = await new PortForward(config).portForward(
      namespace,
      pod,
      [port],
      fromPod,
      complaints,
      toPod,
    )
    // Only with retries it is a function.
    if (typeof socket === 'function') throw new Error('a socket was expected')
    socket.addEventListener('close', () => fromPod.end())
    connection.once('close', () => socket.close())
    return connection
  } catch (error) {
    connection.destroy()
    throw fault(sayRefusal(error), error)
  }
}

/** The library rejects with the event of its WebSocket. */
const sayRefusal = (error: unknown): string =>
  error instanceof Error
    ? error.message
    : ((error as { readonly message?: string } | undefined)?.message ?? 'it was refused')
