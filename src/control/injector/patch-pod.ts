import { err, ok, type Result } from '../../base/result.ts'
import { workloadOf } from '../../kube/index.ts'
import { type AnnotationValues, readAnnotations } from './annotations.ts'
import type { Container, EnvironmentVariable, Pod } from './pod.ts'
import {
  type InjectionSettings,
  portsOf,
  SIDECAR_NAME,
  sidecarContainer,
  TOKEN_VOLUME,
  tokenVolume,
} from './sidecar-container.ts'

/** One step of a JSON Patch. @see https://www.rfc-editor.org/rfc/rfc6902 */
export interface PatchOperation {
  readonly op: 'add'
  readonly path: string
  readonly value: unknown
}

export interface Injection {
  /** Whether the patch holds a sidecar; else it holds findings at most. */
  readonly injects: boolean
  /** None = the pod stays as it is. */
  readonly patch: readonly PatchOperation[]
  readonly findings: readonly string[]
  /** Of the sidecar; absent without one. */
  readonly appId?: string
}

/** Findings are kept here, for the operator to tell. */
export const FINDINGS_ANNOTATION = 'sidelight.dev/injection'
const ENABLED = 'dapr.io/enabled:'
/** Of DNS-1123; and `ID-dapr` is the name of a Service. */
const APP_ID = /^[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/

/**
 * What makes a pod one with a sidecar. Pure: the same pod has the same patch, and a pod that has its sidecar has none.
 *
 * @returns or why the pod cannot have one: its app id is none
 */
export function patchPod(pod: Pod, settings: InjectionSettings): Result<Injection, string> {
  const { values, findings } = readAnnotations(pod.metadata?.annotations)
  // Who writes `ture` means something: the pod says that it was not understood.
  if (values.enabled === undefined && findings.some((each) => each.startsWith(ENABLED)))
    return ok({ injects: false, patch: noteFindings(pod, findings), findings })
  if (values.enabled !== true) return ok({ injects: false, patch: [], findings })
  const { containers, initContainers = [] } = pod.spec
  if ([...containers, ...initContainers].some(({ name }) => name === SIDECAR_NAME))
    return ok({ injects: false, patch: [], findings })
  const appId = values['app-id'] ?? nameOf(pod)
  if (!APP_ID.test(appId))
    return err(
      `app id ${JSON.stringify(appId)}: small letters, digits and - are needed, at most 58, with a letter or digit at both ends; set dapr.io/app-id`,
    )
  const all = [...findings, ...missingVolumes(pod, values)]
  const isNative = values['enable-native-sidecar'] ?? settings.nativeSidecar
  const container = sidecarContainer(appId, pod, withoutMissing(pod, values), settings)
  return ok({
    injects: true,
    patch: [
      ...addEntries('/metadata/labels', pod.metadata?.labels, {
        'dapr.io/sidecar-injected': 'true',
        'dapr.io/app-id': appId,
        'dapr.io/metrics-enabled': String(values['enable-metrics'] !== false),
      }),
      ...noteFindings(pod, all),
      ...addItems('/spec/volumes', pod.spec.volumes, [tokenVolume(settings)]),
      ...containers.flatMap((each, i) => environment(each, i, values)),
      ...(isNative
        ? addItems('/spec/initContainers', pod.spec.initContainers, [
            { ...container, restartPolicy: 'Always' },
          ])
        : addItems('/spec/containers', containers, [container])),
    ],
    findings: all,
    appId,
  })
}

const noteFindings = (pod: Pod, findings: readonly string[]): PatchOperation[] =>
  findings.length === 0
    ? []
    : addEntries('/metadata/annotations', pod.metadata?.annotations, {
        [FINDINGS_ANNOTATION]: findings.join('; '),
      })

/** Of a pod that a controller makes, the name of the workload: the pod's own is not known yet. */
const nameOf = (pod: Pod): string =>
  pod.metadata?.name ?? workloadOf(pod.metadata ?? {})?.name ?? pod.metadata?.generateName ?? ''

/** What the app's containers need to find the sidecar. What they have already wins. */
function environment(container: Container, index: number, values: AnnotationValues) {
  const { http, grpc } = portsOf(values)
  const wanted: EnvironmentVariable[] = [
    { name: 'DAPR_HTTP_PORT', value: String(http) },
    { name: 'DAPR_GRPC_PORT', value: String(grpc) },
    { name: 'APP_PROTOCOL', value: values['app-protocol'] ?? 'http' },
  ]
  const there = new Set(container.env?.map(({ name }) => name))
  const missing = wanted.filter(({ name }) => !there.has(name))
  return missing.length === 0
    ? []
    : addItems(`/spec/containers/${index}/env`, container.env, missing)
}

const isThere = (pod: Pod, volume: string): boolean =>
  pod.spec.volumes?.some(({ name }) => name === volume && name !== TOKEN_VOLUME) ?? false

const mountsIn = (values: AnnotationValues) => [
  ...(values['volume-mounts'] ?? []),
  ...(values['volume-mounts-rw'] ?? []),
]

const missingVolumes = (pod: Pod, values: AnnotationValues): string[] =>
  mountsIn(values)
    .filter(([volume]) => !isThere(pod, volume))
    .map(([volume]) => `the pod has no volume ${volume} to mount`)

/** A mount without its volume would keep the whole pod from starting. */
const withoutMissing = (pod: Pod, values: AnnotationValues): AnnotationValues => {
  const kept = (mounts: AnnotationValues['volume-mounts'] = []) =>
    mounts.filter(([volume]) => isThere(pod, volume))
  return {
    ...values,
    'volume-mounts': kept(values['volume-mounts']),
    'volume-mounts-rw': kept(values['volume-mounts-rw']),
  }
}

function addItems(
  path: string,
  there: readonly unknown[] | undefined,
  items: readonly object[],
): PatchOperation[] {
  if (there === undefined) return [{ op: 'add', path, value: items }]
  return items.map((value) => ({ op: 'add', path: `${path}/-`, value }))
}

function addEntries(
  path: string,
  there: object | undefined,
  entries: Readonly<Record<string, string>>,
): PatchOperation[] {
  if (there === undefined) return [{ op: 'add', path, value: entries }]
  return Object.entries(entries).map(([key, value]) => ({
    op: 'add',
    path: `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }))
}
