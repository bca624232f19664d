import type { RecordEvent } from '../../kube/index.ts'
import type { ClusterState } from './cluster-state.ts'
import type { InjectedPod } from './injected-pod.ts'
import { resourceKey } from './streamed-kinds.ts'

/** Tells, as Events on what made a pod, what somebody should mend: once for each text. */
export async function tellAboutPod(
  { namespace, name, uid, workload, finding, config }: InjectedPod,
  deps: { readonly recordEvent: RecordEvent; readonly state: Pick<ClusterState, 'resource'> },
): Promise<void> {
  const about = { ...(workload ?? { apiVersion: 'v1', kind: 'Pod', name, uid }), namespace }
  const warn = (reason: string, message: string): Promise<void> =>
    deps.recordEvent(about, { type: 'Warning', reason, message })
  if (finding !== undefined) await warn('AnnotationIgnored', finding)
  const isMissing =
    config !== undefined &&
    deps.state.resource(resourceKey('Configuration', namespace, config)) === undefined
  if (isMissing)
    await warn(
      'ConfigurationMissing',
      `dapr.io/config names ${config}, and there is no such Configuration in ${namespace}: the default is in force`,
    )
}
