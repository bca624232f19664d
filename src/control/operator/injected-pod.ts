import { type KubeObject, type Workload, workloadOf } from '../../kube/index.ts'

/** What the operator reads of a pod with a sidecar: names and annotations, no more is asked for. */
export interface InjectedPod {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly appId: string
  /** The Configuration that it names. */
  readonly config: string | undefined
  readonly workload: Workload | undefined
  /** Nobody waits for what a pod says that is about to go. */
  readonly isLeaving: boolean
  /** What the injector had to say of its annotations. */
  readonly finding: string | undefined
}

/** The injector's label. */
export const INJECTED_LABEL = 'dapr.io/sidecar-injected'
export const APP_ID_LABEL = 'dapr.io/app-id'
const CONFIG_ANNOTATION = 'dapr.io/config'
const FINDING_ANNOTATION = 'sidelight.dev/injection'

const YES = /^(?:y|yes|true|t|on|1)$/i

/** Whether a pod, or what makes it, asks for a sidecar. */
export const asksForSidecar = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  YES.test(metadata.annotations?.['dapr.io/enabled'] ?? '')

export function readInjectedPod({ metadata }: KubeObject): InjectedPod {
  const { uid = '', name, namespace = '', labels = {}, annotations = {} } = metadata
  return {
    uid,
    name,
    namespace,
    appId: labels[APP_ID_LABEL] ?? name,
    config: annotations[CONFIG_ANNOTATION] || undefined,
    workload: workloadOf(metadata),
    isLeaving: metadata.deletionTimestamp !== undefined,
    finding: annotations[FINDING_ANNOTATION],
  }
}
