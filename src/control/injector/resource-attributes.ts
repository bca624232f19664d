import { workloadOf } from '../../kube/index.ts'
import type { Pod } from './pod.ts'

/** OpenTelemetry's names of what makes pods. @see https://opentelemetry.io/docs/specs/semconv/resource/k8s/ */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  Deployment: 'k8s.deployment.name',
  ReplicaSet: 'k8s.replicaset.name',
  StatefulSet: 'k8s.statefulset.name',
  DaemonSet: 'k8s.daemonset.name',
  Job: 'k8s.job.name',
  ReplicationController: 'k8s.replicationcontroller.name',
}

/** `OTEL_RESOURCE_ATTRIBUTES` of the sidecar; Kubernetes fills in what is in `$(…)` when it starts the container. */
export function resourceAttributesOf(pod: Pod, container: string, more = ''): string {
  const workload = workloadOf(pod.metadata ?? {})
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
