export type { Selection } from './api-path.ts'
export {
  createKubeClient,
  type KubeClient,
  type KubeList,
  type Patch,
  type Shape,
  type WriteOptions,
} from './client.ts'
export { type Cluster, type ClusterOptions, loadCluster } from './cluster.ts'
export { type LeaderElection, startLeaderElection } from './leader-election.ts'
export {
  type KubeObject,
  keyFor,
  keyOf,
  type Manifest,
  type ObjectMeta,
  type OwnerReference,
} from './object.ts'
export { openPortForward, type PodPort } from './port-forward.ts'
export { createEventRecorder, type RecordEvent, type Regarding } from './record-event.ts'
export { type Reflector, startReflector } from './reflector.ts'
export { apiVersionOf, kinds, type ResourceType, resourceTypeOf } from './resource-types.ts'
export {
  type ServingCertificate,
  type ServingCertificateOptions,
  startServingCertificate,
} from './serving-certificate.ts'
export {
  type Authority,
  createAuthority,
  issueLeaf,
  type Leaf,
  type ServiceName,
} from './trust-authority.ts'
export { planTrust, type TrustPlan } from './trust-plan.ts'
export { ensureTrust, TRUST_SECRET, type Trust } from './trust-secret.ts'
export { createWorkQueue, type WorkQueue } from './work-queue.ts'
export { type Workload, workloadOf } from './workload-of.ts'
