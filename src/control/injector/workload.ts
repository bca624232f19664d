import type { Owner, Pod } from './pod.ts'

/** OpenTelemetry's names of what makes pods. @see https://opentelemetry.io/docs/specs/semconv/resource/k8s/ */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  Deployment: 'k8s.deployment.name',
  ReplicaSet: 'k8s.replicaset.name',
  StatefulSet: 'k8s.statefulset.name',
  DaemonSet: 'k8s.daemonset.name',
  Job: 'k8s.job.name',
  ReplicationController: 'k8s.replicationcontroller.name',
}

/** What people made, of which the controllers made this pod. Absent for a pod that people made. */
export function workloadOf({ metadata }: Pod): Owner | undefined {
  const owner = metadata?.ownerReferences?.[0]
  const hash = metadata?.labels?.['pod-template-hash']
  // A Deployment names its ReplicaSets after itself and the hash of their template.
  const isOfDeployment =
    owner?.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)
  return isOfDeployment
    ? { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) }
    : owner
}

/** `OTEL_RESOURCE_ATTRIBUTES` of the sidecar; Kubernetes fills in what is in `$(…)` when it starts the container. */
export function resourceAttributesOf(pod: Pod, container: string, more = ''): string {
  const workload = workloadOf(pod)
  const workloadAttribute = ATTRIBUTES[workload?.kind ?? '']
  return [
    'k8s.namespace.name=$(NAMESPACE)',
    'k8s.pod.name=$(POD_NAME)',
    'k8s.pod.uid=$(POD_UID)',
    'k8s.node.name=$(NODE_NAME)',
    `k8s.container.name=${container}`,
    ...(workloadAttribute === undefined ? [] : [`${workloadAttribute}=${workload?.name}`]),
    ...(more === '' ? [] : [more]),
  ].join()
}
