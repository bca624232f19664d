import type { ClusterResource } from './cluster-resource.ts'
import type { InjectedPod } from './injected-pod.ts'
import { DEFAULT_CONFIGURATION } from './settings.ts'

type Who = Pick<InjectedPod, 'namespace' | 'appId' | 'config'>

/**
 * Where a pod's Configuration may be, the first that is there counts: the one that it names, the default of its
 * namespace, the default of the cluster.
 */
export const configurationsFor = (
  { namespace, config }: Who,
  controlPlane: string,
): readonly { readonly namespace: string; readonly name: string }[] => [
  ...(config === undefined ? [] : [{ namespace, name: config }]),
  { namespace, name: DEFAULT_CONFIGURATION },
  { namespace: controlPlane, name: DEFAULT_CONFIGURATION },
]

/** Whether a resource that is no Configuration is for a pod. */
export const isFor = ({ namespace, scopes }: ClusterResource, pod: Who): boolean =>
  namespace === pod.namespace && (scopes.length === 0 || scopes.includes(pod.appId))
