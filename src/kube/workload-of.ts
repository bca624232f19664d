import type { OwnerReference } from './object.ts'

/** What made a pod, as people know it. */
export interface Workload extends Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'> {
  /** Absent of a Deployment: the pod's owner is one of its ReplicaSets. */
  readonly uid: string | undefined
}

/** @returns `undefined` for a pod that nobody owns */
export function workloadOf({
  ownerReferences = [],
  labels = {},
}: {
  readonly ownerReferences?: readonly OwnerReference[] | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}): Workload | undefined {
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0]
  if (owner === undefined) return undefined
  const { apiVersion, kind, name, uid } = owner
  // A Deployment names its ReplicaSets after itself and the hash of their template.
  const suffix = `-${labels['pod-template-hash']}`
  return kind === 'ReplicaSet' && name.endsWith(suffix)
    ? { apiVersion, kind: 'Deployment', name: name.slice(0, -suffix.length), uid: undefined }
    : { apiVersion, kind, name, uid }
}
