import { INJECTED_LABEL, readInjectedPod } from '../../control/operator/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { SidecarAddress } from '../../wire/diagnosis.ts'

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

/** Whether its sidecar can be asked. */
export const runsSidecar = ({ status }: KubeObject): boolean => {
  const {
    phase,
    initContainerStatuses = [],
    containerStatuses = [],
  } = (status ?? {}) as {
    readonly phase?: string
    readonly initContainerStatuses?: readonly ContainerState[]
    readonly containerStatuses?: readonly ContainerState[]
  }
  const state = [...initContainerStatuses, ...containerStatuses].find(
    ({ name }) => name === SIDECAR,
  )?.state
  return phase === 'Running' && (state === undefined || state.running !== undefined)
}

interface ContainerState {
  readonly name: string
  readonly state?: { readonly running?: object }
}

const DEFAULT_INTERNAL_PORT = 50002

/** How the sidecar of a pod is asked; its host is a name that says which pod it is. */
export function sidecarAddress(pod: KubeObject): SidecarAddress {
  const { name, namespace = '' } = pod.metadata
  const args = containersOf(pod).find((each) => each.name === SIDECAR)?.args ?? []
  const port = (flag: string, fallback: number): number =>
    Number(args.find((arg) => arg.startsWith(`--${flag}=`))?.split('=')[1]) || fallback
  return {
    appId: readInjectedPod(pod).appId,
    namespace,
    // Of its container's own space: the name of the pod says more.
    pid: 1,
    pod: name,
    host: podHost(name, namespace),
    internalPort: port('dapr-internal-grpc-port', DEFAULT_INTERNAL_PORT),
    httpPort: port('dapr-http-port', 3500),
    metricsPort: port('metrics-port', 9090),
    appPort: port('app-port', 0),
    startedUs: Date.parse(pod.metadata.creationTimestamp ?? '') * 1000,
  }
}

/** How a URL names a pod: its host is `POD.NAMESPACE`. */
export const podHost = (pod: string, namespace: string): string => `${pod}.${namespace}`
