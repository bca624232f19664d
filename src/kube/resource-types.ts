/** How the API server calls a kind. `group` is empty for the core. */
export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** As in paths, for example `configurations`. */
  readonly plural: string
  readonly namespaced: boolean
}

const type = (
  apiVersion: string,
  kind: string,
  plural = `${kind.toLowerCase()}s`,
  namespaced = true,
): ResourceType => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  return { group: group ?? '', version: version ?? '', kind, plural, namespaced }
}
const clusterType = (apiVersion: string, kind: string, plural?: string): ResourceType =>
  type(apiVersion, kind, plural, false)

const ADMISSION = 'admissionregistration.k8s.io/v1'
const RBAC = 'rbac.authorization.k8s.io/v1'

/** The kinds that the control plane and the command line read or write. */
export const kinds = {
  namespace: clusterType('v1', 'Namespace'),
  node: clusterType('v1', 'Node'),
  pod: type('v1', 'Pod'),
  service: type('v1', 'Service'),
  serviceAccount: type('v1', 'ServiceAccount'),
  secret: type('v1', 'Secret'),
  configMap: type('v1', 'ConfigMap'),
  event: type('v1', 'Event'),
  resourceQuota: type('v1', 'ResourceQuota'),
  persistentVolumeClaim: type('v1', 'PersistentVolumeClaim'),
  deployment: type('apps/v1', 'Deployment'),
  replicaSet: type('apps/v1', 'ReplicaSet'),
  statefulSet: type('apps/v1', 'StatefulSet'),
  daemonSet: type('apps/v1', 'DaemonSet'),
  endpointSlice: type('discovery.k8s.io/v1', 'EndpointSlice'),
  lease: type('coordination.k8s.io/v1', 'Lease'),
  networkPolicy: type('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  podDisruptionBudget: type('policy/v1', 'PodDisruptionBudget'),
  horizontalPodAutoscaler: type('autoscaling/v2', 'HorizontalPodAutoscaler'),
  role: type(RBAC, 'Role'),
  roleBinding: type(RBAC, 'RoleBinding'),
  clusterRole: clusterType(RBAC, 'ClusterRole'),
  clusterRoleBinding: clusterType(RBAC, 'ClusterRoleBinding'),
  tokenReview: clusterType('authentication.k8s.io/v1', 'TokenReview'),
  accessReview: clusterType('authorization.k8s.io/v1', 'SelfSubjectAccessReview'),
  mutatingWebhook: clusterType(ADMISSION, 'MutatingWebhookConfiguration'),
  admissionPolicy: clusterType(
    ADMISSION,
    'ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
  ),
  admissionPolicyBinding: clusterType(ADMISSION, 'ValidatingAdmissionPolicyBinding'),
  definition: clusterType('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  component: type('dapr.io/v1alpha1', 'Component'),
  configuration: type('dapr.io/v1alpha1', 'Configuration'),
  subscription: type('dapr.io/v2alpha1', 'Subscription'),
  resiliency: type('dapr.io/v1alpha1', 'Resiliency', 'resiliencies'),
  httpEndpoint: type('dapr.io/v1alpha1', 'HTTPEndpoint'),
} as const satisfies Readonly<Record<string, ResourceType>>

export const apiVersionOf = ({ group, version }: ResourceType): string =>
  group === '' ? version : `${group}/${version}`

/** @returns `undefined` for a kind that nothing here reads or writes */
export const resourceTypeOf = (apiVersion: string, kind: string): ResourceType | undefined => {
  const found = Object.values<ResourceType>(kinds).find((each) => each.kind === kind)
  if (found === undefined) return undefined
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  return found.group === group && version !== undefined ? { ...found, version } : undefined
}
