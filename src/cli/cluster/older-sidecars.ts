import { type KubeClient, kinds, workloadOf } from '../../kube/index.ts'
import { containersOf, INJECTED, SIDECAR } from './injected-pods.ts'

export interface OlderSidecars {
  readonly namespace: string
  /** As kubectl takes it, for example `deployment/orders`. */
  readonly workload: string
  readonly pods: number
}

/** Workloads whose pods have a sidecar of another version than `version`. */
export async function findOlderSidecars(
  client: KubeClient,
  version: string,
): Promise<readonly OlderSidecars[]> {
  const { items } = await client.list(kinds.pod, { labelSelector: INJECTED })
  const found = new Map<string, OlderSidecars>()
  for (const pod of items) {
    const { namespace = '', name } = pod.metadata
    const image = containersOf(pod).find((each) => each.name === SIDECAR)?.image ?? ''
    if (image.endsWith(`:${version}`) || image.includes('@')) continue
    const owner = workloadOf(pod.metadata) ?? { kind: 'Pod', name }
    const workload = `${owner.kind.toLowerCase()}/${owner.name}`
    const key = `${namespace} ${workload}`
    found.set(key, { namespace, workload, pods: (found.get(key)?.pods ?? 0) + 1 })
  }
  return [...found.values()]
}
