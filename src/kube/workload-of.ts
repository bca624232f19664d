import type { ObjectMeta } from './object.ts'

/** What made a pod, as people know it. */
export interface Workload {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Absent of a Deployment: the pod's owner is one of its ReplicaSets. */
  readonly uid: string | undefined
}

/** @returns `undefined` for a pod that nobody owns */
export function workloadOf({
  ownerReferences = [],
  labels = {},
}: Pick<ObjectMeta, 'ownerReferences' | 'labels'>): Workload | undefined {
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0]
  if (owner === undefined) return undefined
  const { apiVersion, kind, name, uid } = owner
  const suffix = `-${labels['pod-template-hash']}`
  return kind === 'ReplicaSet' && name.endsWith(suffix)
    ? { apiVersion, kind: 'Deployment', name: name.slice(0, -suffix.length), uid: undefined }
    : { apiVersion, kind, name, uid }
}
