import { type KubeClient, kinds } from '../../../src/kube/index.ts'

/** The node that pods are bound to. Without one, they are nobody's endpoints. */
export interface Node extends Disposable {
  readonly name: string
  bind(pod: { readonly name: string; readonly namespace: string }): Promise<void>
}

/** The controllers take a node for lost that is silent for 40 s. */
const HEARTBEAT_MS = 10_000

/** @param kubelet where the API server reaches it */
export async function registerNode(
  client: KubeClient,
  name: string,
  kubelet: { readonly host: string; readonly port: number },
): Promise<Node> {
  await client.create(kinds.node, { apiVersion: 'v1', kind: 'Node', metadata: { name } })
  const addresses = [{ type: 'InternalIP', address: kubelet.host }]
  const daemonEndpoints = { kubeletEndpoint: { Port: kubelet.port } }
  const beat = async (): Promise<void> => {
    const nowIso = new Date().toISOString()
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'ready',
      lastHeartbeatTime: nowIso,
      lastTransitionTime: nowIso,
    }
    await client.patch(
      kinds.node,
      { name },
      { merge: { status: { conditions: [ready], addresses, daemonEndpoints } } },
      { subresource: 'status' },
    )
  }
  await beat()
  const timer = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS)
  return {
    name,
    async bind(pod) {
      await client.createSubresource(kinds.pod, pod, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: pod,
        target: { apiVersion: 'v1', kind: 'Node', name },
      })
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
