import type { Manifest } from '../tools/kustomize.ts'

export interface Container {
  readonly name: string
  readonly image: string
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly envFrom?: readonly Readonly<Record<'configMapRef' | 'secretRef', Reference>>[]
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>
  readonly readinessProbe?: object
  readonly livenessProbe?: object
  readonly securityContext?: { readonly readOnlyRootFilesystem?: boolean }
  readonly volumeMounts?: readonly { readonly name: string }[]
}

interface Reference {
  readonly name: string
  readonly optional?: boolean
}

export interface Volume {
  readonly name: string
  readonly configMap?: Reference
  readonly secret?: { readonly secretName: string; readonly optional?: boolean }
  readonly persistentVolumeClaim?: { readonly claimName: string }
  readonly projected?: { readonly sources: readonly { readonly configMap?: Reference }[] }
}

export interface Pod {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly serviceAccountName?: string
    readonly containers: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly volumes?: readonly Volume[]
  }
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In'
    readonly values: readonly string[]
  }[]
}

/** What its controller makes pods of; undefined for what makes none. */
export const podOf = ({ kind, spec }: Manifest): Pod | undefined =>
  ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)
    ? (spec as { readonly template: Pod }).template
    : undefined

export const containersOf = ({ spec }: Pod): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
]

export const selects = (
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))

/** `ConfigMap grafana-board-…` of all that its pods cannot start without. */
export function namesIn({ spec }: Pod): string[] {
  const { serviceAccountName, volumes = [] } = spec
  const needed = (kind: string, ...references: readonly (Reference | undefined)[]): string[] =>
    references.flatMap((each) =>
      each === undefined || each.optional ? [] : `${kind} ${each.name}`,
    )
  const containers = containersOf({ spec } as Pod)
  return [
    ...(serviceAccountName === undefined ? [] : [`ServiceAccount ${serviceAccountName}`]),
    ...volumes.flatMap(({ configMap, secret, persistentVolumeClaim, projected }) => [
      ...needed(
        'ConfigMap',
        configMap,
        ...(projected?.sources ?? []).map((each) => each.configMap),
      ),
      ...needed('Secret', secret && { ...secret, name: secret.secretName }),
      ...needed(
        'PersistentVolumeClaim',
        persistentVolumeClaim && { name: persistentVolumeClaim.claimName },
      ),
    ]),
    ...containers.flatMap(({ envFrom = [] }) => [
      ...needed('ConfigMap', ...envFrom.map((each) => each.configMapRef)),
      ...needed('Secret', ...envFrom.map((each) => each.secretRef)),
    ]),
  ]
}
