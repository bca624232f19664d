/** What every object of the API server has; the rest is its kind's. @see https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  /** Opaque: equal or not equal, never more. */
  readonly resourceVersion?: string
  /** Grows by one with each change of what is wanted, not of the status. */
  readonly generation?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** RFC 3339. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly ownerReferences?: readonly OwnerReference[]
  readonly [field: string]: unknown
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** Names one object of a kind: `NAMESPACE/NAME`, `NAME` of those without a namespace. */
export const keyOf = ({ metadata }: KubeObject): string => keyFor(metadata.name, metadata.namespace)

export const keyFor = (name: string, namespace?: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`

/** A manifest as people write it, before the API server has seen it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Partial<ObjectMeta>
  readonly [field: string]: unknown
}
