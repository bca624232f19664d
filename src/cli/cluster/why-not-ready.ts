import type { KubeObject } from '../../kube/index.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

interface WorkloadStatus {
  readonly conditions?: readonly Condition[]
}

interface PodStatus {
  readonly phase?: string
  readonly conditions?: readonly Condition[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
}

interface ContainerStatus {
  readonly name: string
  readonly ready?: boolean
  readonly restartCount?: number
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
}

/** What to do, by what the kubelet and the scheduler say. */
const CURES: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [
    /ImagePull|ErrImage|InvalidImageName/,
    'see that the nodes can pull the image, or name another one (--image)',
  ],
  [/CrashLoopBackOff/, 'read why it ends: kubectl logs --previous'],
  [
    /PersistentVolumeClaim|StorageClass/i,
    'the volumes need a default StorageClass, or leave the part out: --without',
  ],
  [/Insufficient|taint|node/i, 'see whether a node has room: kubectl describe pod'],
  [
    /quota|forbidden/i,
    'the namespace does not admit its pods: kubectl describe quota, limitrange, namespace',
  ],
]

/** What keeps a workload from being ready, of what its pods and its controller say, with the cure. */
export function whyNotReady(workload: KubeObject | undefined, pods: readonly KubeObject[]): string {
  if (workload === undefined) return 'it is not there any more; run it again'
  const [reason] = [
    ...conditionsOf(workload).flatMap(({ type, status, message = '' }) =>
      type === 'ReplicaFailure' && status === 'True' ? [message] : [],
    ),
    ...pods.flatMap(waitReasons),
  ]
  if (reason === undefined)
    return pods.length === 0
      ? 'it has no pods yet; see whether the controller manager runs'
      : 'its pods are not ready yet; give it more time (--timeout), or see kubectl describe pod'
  const cure = CURES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'see kubectl describe pod'
  return `${reason}; ${cure}`
}

/** Of one pod, for people: `pod grafana-7d4-x: container grafana waits: ImagePullBackOff`. */
export function waitReasons(pod: KubeObject): readonly string[] {
  const { name } = pod.metadata
  const { initContainerStatuses = [], containerStatuses = [] } = (pod.status ?? {}) as PodStatus
  const unscheduled = conditionsOf(pod).find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  )
  return [
    ...(unscheduled === undefined ? [] : [`pod ${name} has no node: ${unscheduled.message ?? ''}`]),
    ...[...initContainerStatuses, ...containerStatuses].flatMap((container) => {
      const { reason, message } = container.state?.waiting ?? {}
      if (reason === undefined || reason === 'PodInitializing') return []
      const more = message === undefined ? '' : ` (${message.slice(0, MAX_MESSAGE)})`
      return [`pod ${name}: container ${container.name} waits: ${reason}${more}`]
    }),
  ]
}

const MAX_MESSAGE = 200

const conditionsOf = ({ status }: KubeObject): readonly Condition[] =>
  ((status ?? {}) as WorkloadStatus).conditions ?? []
