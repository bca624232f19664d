import { type Cluster, type KubeClient, kinds, openPortForward } from '../../kube/index.ts'
import type { CliContext } from '../cli-context.ts'
import type { TapTarget } from '../open-taps.ts'
import { INJECTED, runsSidecar, sidecarAddress } from './injected-pods.ts'
import { type ClusterFlagValues, withCluster } from './open-cluster.ts'

/** More would keep API server and kubelets busy. */
const MAX_PODS = 100

/** Those of a cluster, or of one app of it, by the way that leads into every cluster. @throws Fault `ERR_KUBE_…` */
export const withPods = (
  values: ClusterFlagValues & { readonly namespace: string | undefined },
  appId: string | undefined,
  context: CliContext,
  use: (list: () => Promise<readonly TapTarget[]>) => Promise<number>,
): Promise<number> =>
  withCluster(values, context, (client, cluster) =>
    use(() => listPods(client, cluster, { appId, namespace: values.namespace })),
  )

async function listPods(
  client: KubeClient,
  cluster: Cluster,
  {
    appId,
    namespace,
  }: { readonly appId: string | undefined; readonly namespace: string | undefined },
): Promise<readonly TapTarget[]> {
  const { items } = await client.list(kinds.pod, { namespace, labelSelector: INJECTED })
  return items
    .filter(runsSidecar)
    .map(sidecarAddress)
    .filter((each) => appId === undefined || each.appId === appId)
    .slice(0, MAX_PODS)
    .map(({ pod = '', namespace, host, httpPort: port }) => ({
      name: `${namespace}/${pod}`,
      url: `http://${host}:${port}`,
      connect: () => openPortForward(cluster, { pod, namespace, port }),
    }))
}
