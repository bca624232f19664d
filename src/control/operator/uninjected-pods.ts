import { type KubeClient, kinds, type RecordEvent, workloadOf } from '../../kube/index.ts'
import { asksForSidecar, INJECTED_LABEL } from './injected-pod.ts'

/**
 * Finds pods that ask for a sidecar and have none, as when the injector was away: Kubernetes lets those through. Each is
 * told as an Event on what made it.
 *
 * @returns how many there are
 */
export async function findUninjectedPods(deps: {
  readonly client: KubeClient
  readonly recordEvent: RecordEvent
}): Promise<number> {
  const { items } = await deps.client.list(
    kinds.pod,
    {
      labelSelector: `${INJECTED_LABEL}!=true`,
      fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    },
    'metadata',
  )
  const without = items.filter(
    (pod) => asksForSidecar(pod) && pod.metadata.deletionTimestamp === undefined,
  )
  for (const { metadata } of without) {
    const { name, namespace = '', uid } = metadata
    const about = workloadOf(metadata) ?? { apiVersion: 'v1', kind: 'Pod', name, uid }
    await deps.recordEvent(
      { ...about, namespace },
      {
        type: 'Warning',
        reason: 'SidecarMissing',
        message: `the pod ${name} asks for a sidecar and has none: the injector did not see it. Delete the pod when the injector runs (kubectl rollout restart)`,
      },
    )
  }
  return without.length
}
