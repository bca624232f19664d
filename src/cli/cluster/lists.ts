import { type KubeObject, kinds, type ResourceType } from '../../kube/index.ts'
import { formatAge } from '../format-age.ts'
import { outcomeOf } from './outcome.ts'

/** What `sidelight status|components|configurations -k` shows of one kind. */
export interface KubeList {
  readonly name: string
  readonly doc: string
  readonly types: readonly ResourceType[]
  readonly labelSelector?: string
  /** What to do when there is none. */
  readonly whenNone: string
  readonly columns: readonly Column[]
}

export interface Column {
  readonly head: string
  readonly cell: (object: KubeObject, nowMs: number) => string
}

const NAMESPACE: Column = { head: 'NAMESPACE', cell: ({ metadata }) => metadata.namespace ?? '' }
const NAME: Column = { head: 'NAME', cell: ({ metadata }) => metadata.name }
const CREATED: Column = {
  head: 'CREATED',
  cell: ({ metadata }) => (metadata.creationTimestamp ?? '').replace('T', ' ').replace('Z', ''),
}
const AGE: Column = {
  head: 'AGE',
  cell: ({ metadata }, nowMs) => formatAge(nowMs - Date.parse(metadata.creationTimestamp ?? '')),
}
const APPLIED: Column = {
  head: 'APPLIED',
  cell: (object) => outcomeOf(object).appliedSummary ?? '-',
}
const ACCEPTED: Column = {
  head: 'ACCEPTED',
  cell: (object) =>
    outcomeOf(object).conditions?.find(({ type }) => type === 'Accepted')?.status ?? '-',
}

interface Replicas {
  readonly replicas?: number
  readonly readyReplicas?: number
}

const readyOf = ({ spec, status }: KubeObject) => ({
  wanted: (spec as Replicas | undefined)?.replicas ?? 1,
  ready: (status as Replicas | undefined)?.readyReplicas ?? 0,
})

/** Columns of `dapr status|components|configurations -k`, and how far a resource has come. [dapr: cli/pkg/kubernetes] */
export const kubeLists: readonly KubeList[] = [
  {
    name: 'status',
    doc: 'the control plane and what came with it',
    types: [kinds.deployment, kinds.statefulSet],
    labelSelector: 'app.kubernetes.io/part-of=sidelight',
    whenNone: 'Sidelight is not in this cluster: sidelight init -k',
    columns: [
      NAME,
      NAMESPACE,
      {
        head: 'HEALTHY',
        cell: (object) => {
          const { wanted, ready } = readyOf(object)
          return wanted > 0 && ready >= wanted ? 'True' : 'False'
        },
      },
      {
        head: 'STATUS',
        cell: (object) => {
          const { wanted, ready } = readyOf(object)
          return ready >= wanted ? 'Running' : `Waiting (${ready}/${wanted})`
        },
      },
      { head: 'REPLICAS', cell: (object) => String(readyOf(object).wanted) },
      {
        head: 'VERSION',
        cell: ({ metadata }) => metadata.labels?.['app.kubernetes.io/version'] ?? '',
      },
      AGE,
      CREATED,
    ],
  },
  {
    name: 'components',
    doc: 'Components, and how many sidecars run each',
    types: [kinds.component],
    whenNone: 'there is no Component',
    columns: [
      NAMESPACE,
      NAME,
      { head: 'TYPE', cell: ({ spec }) => String((spec as { type?: unknown }).type ?? '') },
      {
        head: 'VERSION',
        cell: ({ spec }) => String((spec as { version?: unknown }).version ?? ''),
      },
      { head: 'SCOPES', cell: ({ scopes }) => (Array.isArray(scopes) ? scopes.join() : '') },
      APPLIED,
      ACCEPTED,
      CREATED,
      AGE,
    ],
  },
  {
    name: 'configurations',
    doc: 'Configurations, their rate, and how many sidecars run each',
    types: [kinds.configuration],
    whenNone: 'there is no Configuration; the operator makes a default one when it leads',
    columns: [
      NAMESPACE,
      NAME,
      {
        head: 'TRACING-ENABLED',
        cell: (object) => String(!['', '0'].includes(rateOf(object))),
      },
      {
        head: 'METRICS-ENABLED',
        cell: ({ spec }) =>
          String((spec as { metric?: { enabled?: boolean } } | undefined)?.metric?.enabled ?? true),
      },
      { head: 'RATE', cell: (object) => rateOf(object) || '-' },
      APPLIED,
      ACCEPTED,
      AGE,
      CREATED,
    ],
  },
]

const rateOf = ({ spec }: KubeObject): string =>
  String(
    (spec as { tracing?: { samplingRate?: unknown } } | undefined)?.tracing?.samplingRate ?? '',
  )
