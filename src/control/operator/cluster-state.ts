import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import {
  type KubeClient,
  kinds,
  type Reflector,
  type ResourceType,
  startReflector,
} from '../../kube/index.ts'
import { type AppWorkload, readWorkload } from './app-service.ts'
import { type ClusterResource, readClusterResource } from './cluster-resource.ts'
import { INJECTED_LABEL, type InjectedPod, readInjectedPod } from './injected-pod.ts'
import { type StreamedKind, streamedKinds } from './streamed-kinds.ts'

/** What of the cluster the operator goes by, as it is now. */
export interface ClusterState extends AsyncDisposable {
  /** Settles when all of it has been listed once. */
  readonly synced: Promise<unknown>
  resource(key: string): ClusterResource | undefined
  resources(): Iterable<ClusterResource>
  /** Of a namespace, without Configurations, in an order that stays. */
  othersOf(namespace: string): readonly ClusterResource[]
  pod(uid: string): InjectedPod | undefined
  pods(): Iterable<InjectedPod>
  workload(key: string): AppWorkload | undefined
  workloadKeys(): Iterable<string>
  /** Of a namespace. */
  workloadsOf(namespace: string): Iterable<AppWorkload>
}

export interface ClusterListener {
  resource(key: string, now: ClusterResource | undefined, before: ClusterResource | undefined): void
  pod(now: InjectedPod | undefined, before: InjectedPod | undefined): void
  /** `key` is `KIND/NAMESPACE/NAME`. */
  workload(key: string, now: AppWorkload | undefined, before: AppWorkload | undefined): void
}

export interface ClusterStateDeps {
  readonly client: KubeClient
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly listener: ClusterListener
  readonly onRestart: (kind: string, reason: string) => void
}

const NOT_FINISHED = 'status.phase!=Succeeded,status.phase!=Failed'

export function watchCluster(deps: ClusterStateDeps): ClusterState {
  const { listener, onRestart, ...shared } = deps
  const resources = new Map<string, ClusterResource>()
  const othersByNamespace = new Map<string, readonly ClusterResource[]>()
  const podsByUid = new Map<string, InjectedPod>()
  const workloads = new Map<string, AppWorkload>()
  const reflectors: Reflector<unknown>[] = []

  const follow = <T>(
    type: ResourceType,
    options: Pick<
      Parameters<typeof startReflector<T>>[0],
      'read' | 'onChange' | 'selection' | 'shape'
    >,
  ): void => {
    const onKindRestart = (reason: string): void => onRestart(type.kind, reason)
    reflectors.push(startReflector<T>({ ...shared, type, onRestart: onKindRestart, ...options }))
  }

  for (const [name, type] of Object.entries(streamedKinds)) {
    const kind = name as StreamedKind
    follow<ClusterResource>(type, {
      read: (object) => readClusterResource(kind, object),
      onChange(_, now, before) {
        const either = now ?? before
        if (either === undefined) return
        if (now === undefined) resources.delete(either.key)
        else resources.set(either.key, now)
        othersByNamespace.delete(either.namespace)
        listener.resource(either.key, now, before)
      },
    })
  }
  follow<InjectedPod>(kinds.pod, {
    shape: 'metadata',
    selection: { labelSelector: `${INJECTED_LABEL}=true`, fieldSelector: NOT_FINISHED },
    read: readInjectedPod,
    onChange(_, now, before) {
      if (before !== undefined && before.uid !== now?.uid) podsByUid.delete(before.uid)
      if (now !== undefined) podsByUid.set(now.uid, now)
      listener.pod(now, before)
    },
  })
  for (const type of [kinds.deployment, kinds.statefulSet])
    follow<AppWorkload>(type, {
      read: (object) => readWorkload({ apiVersion: 'apps/v1', kind: type.kind, ...object }),
      onChange(key, now, before) {
        const id = `${type.kind}/${key}`
        if (now === undefined) workloads.delete(id)
        else workloads.set(id, now)
        listener.workload(id, now, before)
      },
    })

  return {
    synced: Promise.all(reflectors.map(({ synced }) => synced)),
    resource: (key) => resources.get(key),
    resources: () => resources.values(),
    othersOf(namespace) {
      const known = othersByNamespace.get(namespace)
      if (known !== undefined) return known
      const found = [...resources.values()]
        .filter((each) => each.namespace === namespace && each.kind !== 'Configuration')
        .sort((a, b) => (a.key < b.key ? -1 : 1))
      othersByNamespace.set(namespace, found)
      return found
    },
    pod: (uid) => podsByUid.get(uid),
    pods: () => podsByUid.values(),
    workload: (key) => workloads.get(key),
    workloadKeys: () => workloads.keys(),
    *workloadsOf(namespace) {
      for (const each of workloads.values()) if (each.namespace === namespace) yield each
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(reflectors.map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
