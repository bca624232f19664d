import type { KubeObject, Manifest } from '../../kube/index.ts'

/** A workload as far as its Service is concerned. */
export interface AppWorkload {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly uid: string
  /** Of its pods. */
  readonly matchLabels: Readonly<Record<string, string>>
  /** Absent when its pods want no sidecar. */
  readonly app: AppAnnotations | undefined
}

export interface AppAnnotations {
  readonly id: string
  readonly metricsPort: number | undefined
  readonly grpcPort: number
  readonly internalPort: number
  /** `dapr.io/sidecar-svc-annotations`. */
  readonly serviceAnnotations: Readonly<Record<string, string>>
}

const YES = /^(?:y|yes|true|t|on|1)$/i
const HTTP_PORT = 3500

/** @see dapr `pkg/operator/handlers/dapr_handler.go` */
export function readWorkload({
  apiVersion = 'apps/v1',
  kind = '',
  metadata,
  spec,
}: KubeObject): AppWorkload {
  const { selector, template } = (spec ?? {}) as WorkloadSpec
  const annotations = template?.metadata?.annotations ?? {}
  const value = (name: string, older?: string): string | undefined =>
    annotations[`dapr.io/${name}`] ?? (older && annotations[`dapr.io/${older}`])
  const port = (name: string, fallback: number): number => {
    const given = Number(value(name))
    return Number.isInteger(given) && given > 0 && given < 65_536 ? given : fallback
  }
  const { name, namespace = '', uid = '' } = metadata
  return {
    apiVersion,
    kind,
    name,
    namespace,
    uid,
    matchLabels: selector?.matchLabels ?? {},
    app: YES.test(value('enabled') ?? '')
      ? {
          id: value('app-id', 'id') ?? name,
          metricsPort: /^(?:n|no|false|f|off|0)$/i.test(value('enable-metrics') ?? '')
            ? undefined
            : port('metrics-port', 9090),
          grpcPort: port('grpc-port', 50001),
          internalPort: port('internal-grpc-port', 50002),
          serviceAnnotations: pairsOf(value('sidecar-svc-annotations')),
        }
      : undefined,
  }
}

interface WorkloadSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
  readonly template?: {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }
  }
}

export const serviceName = (appId: string): string => `${appId}-dapr`

/** Of the Services that are ours to change and to delete. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'sidelight-operator' } as const

/** The headless Service by which peers find the sidecars of an app. */
export function appService(workload: AppWorkload, app: AppAnnotations): Manifest {
  const { apiVersion, kind, name, namespace, uid, matchLabels } = workload
  const port = (name: string, port: number, targetPort = port) => ({
    name,
    port,
    targetPort,
    protocol: 'TCP',
  })
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: serviceName(app.id),
      namespace,
      labels: { 'dapr.io/enabled': 'true', ...MANAGED },
      annotations: {
        ...app.serviceAnnotations,
        'dapr.io/app-id': app.id,
        ...(app.metricsPort !== undefined && {
          'prometheus.io/probe': 'true',
          'prometheus.io/scrape': 'true',
          'prometheus.io/port': String(app.metricsPort),
          'prometheus.io/path': '/',
        }),
      },
      ownerReferences: [
        { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false },
      ],
    },
    spec: {
      clusterIP: 'None',
      selector: matchLabels,
      ports: [
        port('dapr-http', 80, HTTP_PORT),
        port('dapr-grpc', app.grpcPort),
        port('dapr-internal', app.internalPort),
        ...(app.metricsPort === undefined ? [] : [port('dapr-metrics', app.metricsPort)]),
      ],
    },
  }
}

/** `key=value,key=value`; what is malformed is told by the injector. */
const pairsOf = (text = ''): Record<string, string> =>
  Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const mark = pair.indexOf('=')
      return mark > 0 ? [[pair.slice(0, mark).trim(), pair.slice(mark + 1).trim()]] : []
    }),
  )
