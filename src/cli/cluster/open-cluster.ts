import { VERSION } from '../../base/version.ts'
import { type Cluster, createKubeClient, type KubeClient, loadCluster } from '../../kube/index.ts'
import type { CliContext } from '../cli-context.ts'

/** Values of the flags that say which cluster is meant. */
export interface ClusterFlagValues {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

/**
 * Does something with the cluster that the flags name.
 *
 * @throws Fault `ERR_KUBE_CONFIG` when there is none
 */
export async function withCluster<T>(
  { kubeconfig, context }: ClusterFlagValues,
  { clock }: Pick<CliContext, 'clock'>,
  use: (client: KubeClient, cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = loadCluster({ kubeconfig, context })
  try {
    return await use(
      createKubeClient({ cluster, clock, userAgent: `sidelight/${VERSION}` }),
      cluster,
    )
  } finally {
    cluster.close()
  }
}
