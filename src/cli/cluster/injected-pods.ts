import { INJECTED_LABEL } from '../../control/operator/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/** Selects pods with a sidecar. */
export const INJECTED = `${INJECTED_LABEL}=true`

export const isInjected = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.[INJECTED_LABEL] === 'true'

/** The sidecar's container. */
export const SIDECAR = 'daprd'

export interface PodContainer {
  readonly name: string
  readonly image?: string
  readonly args?: readonly string[]
}

/** Also native sidecars, which are init containers. */
export function containersOf({ spec }: KubeObject): readonly PodContainer[] {
  const { initContainers = [], containers = [] } = (spec ?? {}) as {
    readonly initContainers?: readonly PodContainer[]
    readonly containers?: readonly PodContainer[]
  }
  return [...initContainers, ...containers]
}
