import type { AnnotationName, AnnotationValues } from './annotations.ts'
import type { EnvironmentVariable, Pod } from './pod.ts'
import { resourceAttributesOf } from './resource-attributes.ts'

/** What the injector was started with. */
export interface InjectionSettings {
  /** Of the sidecar. */
  readonly image: string
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  /** Whether a sidecar is an init container that stays, unless the pod says otherwise. */
  readonly nativeSidecar: boolean
  /** For whom the token of a sidecar is. */
  readonly tokenAudience: string
  /** Of the operator, for example `sidelight-operator.sidelight-system.svc.cluster.local:6500`. */
  readonly controlPlaneAddress: string
  readonly controlPlaneNamespace: string
  /** For example `cluster.local`. */
  readonly trustDomain: string
  /** Whom a sidecar has to trust; PEM. */
  readonly trustAnchors: string
}

export const SIDECAR_NAME = 'daprd'
export const TOKEN_VOLUME = 'dapr-identity-token'
const TOKEN_PATH = '/var/run/secrets/dapr.io/sentrytoken'
const HTTP_PORT = 3500
const PUBLIC_PORT = 3501
const GRPC_PORT = 50001
const INTERNAL_PORT = 50002
const METRICS_PORT = 9090

/** Flags of the sidecar that an annotation sets, by the annotation. */
const FLAGS = {
  'app-port': 'app-port',
  'app-protocol': 'app-protocol',
  'app-max-concurrency': 'app-max-concurrency',
  'app-channel-address': 'app-channel-address',
  config: 'config',
  'log-level': 'log-level',
  'log-as-json': 'log-as-json',
  'enable-api-logging': 'enable-api-logging',
  'enable-metrics': 'enable-metrics',
  'max-body-size': 'max-body-size',
  'read-buffer-size': 'read-buffer-size',
  'graceful-shutdown-seconds': 'dapr-graceful-shutdown-seconds',
  'block-shutdown-duration': 'dapr-block-shutdown-duration',
  'enable-app-health-check': 'enable-app-health-check',
  'app-health-check-path': 'app-health-check-path',
  'app-health-probe-interval': 'app-health-probe-interval',
  'app-health-probe-timeout': 'app-health-probe-timeout',
  'app-health-threshold': 'app-health-threshold',
  'app-binding-options-timeout': 'app-binding-options-timeout',
  'disable-builtin-k8s-secret-store': 'disable-builtin-k8s-secret-store',
  'disable-init-endpoints': 'disable-init-endpoints',
} as const satisfies Partial<Record<AnnotationName, string>>

/** Ports that other containers and peers are told of. */
export const portsOf = (values: AnnotationValues) => ({
  http: HTTP_PORT,
  grpc: values['grpc-port'] ?? GRPC_PORT,
  internal: values['internal-grpc-port'] ?? INTERNAL_PORT,
  metrics: values['metrics-port'] ?? METRICS_PORT,
})

/** The container of the sidecar, as the pod's annotations have it. Conforms to the Pod Security Standard `restricted`. */
export function sidecarContainer(
  appId: string,
  pod: Pod,
  values: AnnotationValues,
  settings: InjectionSettings,
): object {
  const ports = portsOf(values)
  const hasMetrics = values['enable-metrics'] !== false
  return {
    name: SIDECAR_NAME,
    image: values['sidecar-image'] ?? settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    args: argsOf(appId, values, settings),
    ports: [
      { name: 'dapr-http', containerPort: ports.http },
      { name: 'dapr-grpc', containerPort: ports.grpc },
      { name: 'dapr-internal', containerPort: ports.internal },
      ...(hasMetrics ? [{ name: 'dapr-metrics', containerPort: ports.metrics }] : []),
    ],
    env: environmentOf(pod, values, settings),
    resources: resourcesOf(values),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: values['sidecar-seccomp-profile-type'] ?? 'RuntimeDefault' },
    },
    readinessProbe: {
      httpGet: { path: '/v1.0/healthz', port: PUBLIC_PORT },
      ...probeOf('readiness', values, { delay: 1, timeout: 1, period: 1 }),
    },
    livenessProbe: {
      tcpSocket: { port: PUBLIC_PORT },
      ...probeOf('liveness', values, { delay: 180, timeout: 3, period: 10 }),
    },
    volumeMounts: [
      { name: TOKEN_VOLUME, mountPath: TOKEN_PATH, readOnly: true },
      ...mountsOf(values['volume-mounts'], true),
      ...mountsOf(values['volume-mounts-rw'], false),
    ],
  }
}

/** The token by which a sidecar proves who it is. */
export const tokenVolume = ({ tokenAudience }: InjectionSettings): object => ({
  name: TOKEN_VOLUME,
  projected: {
    sources: [
      { serviceAccountToken: { audience: tokenAudience, expirationSeconds: 7200, path: 'token' } },
    ],
  },
})

function argsOf(appId: string, values: AnnotationValues, settings: InjectionSettings): string[] {
  const { http, grpc, internal, metrics } = portsOf(values)
  const given = Object.entries(FLAGS).flatMap(([annotation, flag]) => {
    const value = values[annotation as keyof typeof FLAGS]
    return value === undefined ? [] : [`--${flag}=${value}`]
  })
  return [
    'sidecar',
    `--dapr-http-port=${http}`,
    `--dapr-grpc-port=${grpc}`,
    `--dapr-internal-grpc-port=${internal}`,
    `--dapr-listen-addresses=${values['sidecar-listen-addresses'] ?? '[::1],127.0.0.1'}`,
    `--dapr-public-port=${PUBLIC_PORT}`,
    `--metrics-port=${metrics}`,
    `--app-id=${appId}`,
    '--mode=kubernetes',
    `--control-plane-address=${settings.controlPlaneAddress}`,
    ...given,
  ]
}

function environmentOf(
  pod: Pod,
  values: AnnotationValues,
  settings: InjectionSettings,
): EnvironmentVariable[] {
  const given = values.env ?? []
  const added: EnvironmentVariable[] = [
    ...given
      .filter(([name]) => name !== RESOURCE_ATTRIBUTES)
      .map(([name, value]) => ({ name, value })),
    ...(values['env-from-secret'] ?? []).flatMap(({ name, secret: from, key }) =>
      secret(name, from, key),
    ),
  ]
  const more = given.findLast(([name]) => name === RESOURCE_ATTRIBUTES)?.[1]
  const keys = added.map(({ name }) => name)
  return [
    downward('NAMESPACE', 'metadata.namespace'),
    downward('POD_NAME', 'metadata.name'),
    downward('POD_UID', 'metadata.uid'),
    downward('NODE_NAME', 'spec.nodeName'),
    // What it names stands before it.
    { name: RESOURCE_ATTRIBUTES, value: resourceAttributesOf(pod, SIDECAR_NAME, more) },
    { name: 'DAPR_TRUST_ANCHORS', value: settings.trustAnchors },
    { name: 'DAPR_CONTROLPLANE_NAMESPACE', value: settings.controlPlaneNamespace },
    { name: 'DAPR_CONTROLPLANE_TRUST_DOMAIN', value: settings.trustDomain },
    ...secret('DAPR_API_TOKEN', values['api-token-secret'], 'token'),
    ...secret('APP_API_TOKEN', values['app-token-secret'], 'token'),
    ...added,
    ...(keys.length > 0 ? [{ name: 'DAPR_ENV_KEYS', value: keys.join(' ') }] : []),
  ]
}

const RESOURCE_ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES'

const downward = (name: string, fieldPath: string): EnvironmentVariable => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
})

const secret = (name: string, from: string | undefined, key: string): EnvironmentVariable[] =>
  from === undefined ? [] : [{ name, valueFrom: { secretKeyRef: { name: from, key } } }]

/** A sidecar at rest has 60 MB; keep's ring takes up to 16 MiB more. */
const MEMORY = { requests: '64Mi', limits: '256Mi' }

const resourcesOf = (values: AnnotationValues): object => ({
  requests: {
    cpu: values['sidecar-cpu-request'] ?? '50m',
    memory: values['sidecar-memory-request'] ?? MEMORY.requests,
  },
  limits: {
    ...(values['sidecar-cpu-limit'] && { cpu: values['sidecar-cpu-limit'] }),
    memory: values['sidecar-memory-limit'] ?? MEMORY.limits,
  },
})

const probeOf = (
  kind: 'readiness' | 'liveness',
  values: AnnotationValues,
  defaults: { readonly delay: number; readonly timeout: number; readonly period: number },
): object => ({
  initialDelaySeconds: values[`sidecar-${kind}-probe-delay-seconds`] ?? defaults.delay,
  timeoutSeconds: values[`sidecar-${kind}-probe-timeout-seconds`] ?? defaults.timeout,
  periodSeconds: values[`sidecar-${kind}-probe-period-seconds`] ?? defaults.period,
  failureThreshold: values[`sidecar-${kind}-probe-threshold`] ?? 5,
})

const mountsOf = (
  mounts: readonly (readonly [string, string])[] | undefined,
  readOnly: boolean,
): object[] => (mounts ?? []).map(([name, mountPath]) => ({ name, mountPath, readOnly }))
