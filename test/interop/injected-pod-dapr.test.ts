// What dapr 1.18's injector is documented to make of a pod: dapr/pkg/injector/patcher/sidecar*.go, read-only.
import assert from 'node:assert/strict'
import { patchPod } from '../../src/control/injector/index.ts'

interface Made {
  readonly ports: readonly string[]
  readonly flags: Readonly<Record<string, string>>
  readonly env: readonly string[]
  readonly readiness: string
  readonly liveness: string
  readonly security: string
  readonly token: string
  readonly resources: string
  readonly labels: Readonly<Record<string, string>>
  readonly appEnv: readonly string[]
}

/** The sidecar of a pod that says no more than `dapr.io/enabled` and `dapr.io/app-port: 5001`. */
const DAPRD: Made = {
  ports: ['dapr-http 3500', 'dapr-grpc 50001', 'dapr-internal 50002', 'dapr-metrics 9090'],
  flags: {
    'dapr-http-port': '3500',
    'dapr-grpc-port': '50001',
    'dapr-internal-grpc-port': '50002',
    'dapr-listen-addresses': '[::1],127.0.0.1',
    'dapr-public-port': '3501',
    'app-id': 'cart',
    'app-protocol': 'http',
    'log-level': 'info',
    'dapr-graceful-shutdown-seconds': '-1',
    mode: 'kubernetes',
    'control-plane-address': 'ADDRESS',
    'sentry-address': 'ADDRESS',
    'app-port': '5001',
    'enable-metrics': '',
    'metrics-port': '9090',
    'placement-host-address': 'ADDRESS',
    'scheduler-host-address': 'ADDRESS',
    'enable-mtls': '',
  },
  env: [
    'NAMESPACE',
    'DAPR_TRUST_ANCHORS',
    'POD_NAME',
    'DAPR_CONTROLPLANE_NAMESPACE',
    'DAPR_CONTROLPLANE_TRUST_DOMAIN',
  ],
  readiness: 'GET /v1.0/healthz 3501, 1 1 1 5',
  liveness: 'TCP 3501, 180 3 10 5',
  security: 'noEscalation nonRoot readOnly dropAll',
  token: '/var/run/secrets/dapr.io/sentrytoken 7200 token',
  resources: '',
  labels: {
    'dapr.io/sidecar-injected': 'true',
    'dapr.io/app-id': 'cart',
    'dapr.io/metrics-enabled': 'true',
  },
  appEnv: ['DAPR_HTTP_PORT=3500', 'DAPR_GRPC_PORT=50001', 'APP_PROTOCOL=http'],
}

/** Where ours is another one, and why. Anything else that differs fails. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  '- flag app-protocol=http': 'the default of the sidecar',
  '- flag log-level=info': 'the default of the sidecar',
  '- flag dapr-graceful-shutdown-seconds=-1': 'the sidecar has a default of its own',
  '- flag enable-metrics=': 'the default of the sidecar',
  '- flag sentry-address=ADDRESS': 'there is no mTLS yet',
  '- flag enable-mtls=': 'there is no mTLS yet',
  '- flag placement-host-address=ADDRESS': 'there are no actors yet',
  '- flag scheduler-host-address=ADDRESS': 'there are no jobs yet',
  '+ env POD_UID': 'which pod a span is from',
  '+ env NODE_NAME': 'which node a span is from',
  '+ env OTEL_RESOURCE_ATTRIBUTES': 'pod, node and workload on each span',
  '- security noEscalation nonRoot readOnly dropAll': 'see the next',
  '+ security noEscalation nonRoot readOnly dropAll seccomp':
    'a profile is needed by the Pod Security Standard restricted',
  '- resources ': 'see the next',
  '+ resources 50m 64Mi 256Mi': 'a sidecar without a bound can take a node down',
}

interface Probe {
  readonly initialDelaySeconds: number
  readonly timeoutSeconds: number
  readonly periodSeconds: number
  readonly failureThreshold: number
}
interface Sidecar {
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env: readonly { readonly name: string }[]
  readonly readinessProbe: Probe & {
    readonly httpGet: { readonly path: string; readonly port: number }
  }
  readonly livenessProbe: Probe & { readonly tcpSocket: { readonly port: number } }
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean
    readonly runAsNonRoot: boolean
    readonly readOnlyRootFilesystem: boolean
    readonly capabilities: { readonly drop: readonly string[] }
    readonly seccompProfile?: object
  }
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string }
    readonly limits: { readonly memory: string }
  }
  readonly volumeMounts: readonly [{ readonly mountPath: string }]
}
interface TokenVolume {
  readonly projected: {
    readonly sources: readonly [
      {
        readonly serviceAccountToken: { readonly expirationSeconds: number; readonly path: string }
      },
    ]
  }
}

function ours(): Made {
  const pod = {
    metadata: {
      name: 'cart',
      labels: {},
      annotations: { 'dapr.io/enabled': 'true', 'dapr.io/app-port': '5001' },
    },
    spec: { containers: [{ name: 'app', env: [] }], volumes: [] },
  }
  const injection = patchPod(pod, {
    image: 'sidelight:1',
    imagePullPolicy: 'IfNotPresent',
    nativeSidecar: false,
    tokenAudience: 'audience',
    controlPlaneAddress: 'ADDRESS',
    controlPlaneNamespace: 'mesh',
    trustDomain: 'cluster.local',
    trustAnchors: 'PEM',
  })
  assert.ok(injection.ok)
  const added = (path: string) =>
    injection.value.patch.filter((step) => step.path.startsWith(path)).map(({ value }) => value)
  const container = added('/spec/containers/-')[0] as Sidecar
  const volume = added('/spec/volumes/-')[0] as TokenVolume
  const probe = (of: Probe) =>
    [of.initialDelaySeconds, of.timeoutSeconds, of.periodSeconds, of.failureThreshold].join(' ')
  const { readinessProbe, livenessProbe, securityContext, resources } = container
  const { serviceAccountToken } = volume.projected.sources[0]
  return {
    ports: container.ports.map((port) => `${port.name} ${port.containerPort}`),
    flags: Object.fromEntries(
      container.args
        .slice(1)
        .map((arg) => [arg.slice(2, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]),
    ),
    env: container.env.map(({ name }) => name),
    readiness: `GET ${readinessProbe.httpGet.path} ${readinessProbe.httpGet.port}, ${probe(readinessProbe)}`,
    liveness: `TCP ${livenessProbe.tcpSocket.port}, ${probe(livenessProbe)}`,
    security: [
      securityContext.allowPrivilegeEscalation === false && 'noEscalation',
      securityContext.runAsNonRoot && 'nonRoot',
      securityContext.readOnlyRootFilesystem && 'readOnly',
      securityContext.capabilities.drop[0] === 'ALL' && 'dropAll',
      securityContext.seccompProfile && 'seccomp',
    ]
      .filter(Boolean)
      .join(' '),
    token: `${container.volumeMounts[0].mountPath} ${serviceAccountToken.expirationSeconds} ${serviceAccountToken.path}`,
    resources: `${resources.requests.cpu} ${resources.requests.memory} ${resources.limits.memory}`,
    labels: Object.fromEntries(
      injection.value.patch
        .filter(({ path }) => path.startsWith('/metadata/labels/'))
        .map(({ path, value }) => [
          path.slice('/metadata/labels/'.length).replaceAll('~1', '/'),
          String(value),
        ]),
    ),
    appEnv: (added('/spec/containers/0/env/-') as { name: string; value: string }[]).map(
      ({ name, value }) => `${name}=${value}`,
    ),
  }
}

/** A line for each thing that a pod gets. */
const linesOf = (made: Made): string[] => [
  ...made.ports.map((port) => `port ${port}`),
  ...Object.entries(made.flags).map(([name, value]) => `flag ${name}=${value}`),
  ...made.env.map((name) => `env ${name}`),
  `readiness ${made.readiness}`,
  `liveness ${made.liveness}`,
  `security ${made.security}`,
  `token ${made.token}`,
  `resources ${made.resources}`,
  ...Object.entries(made.labels).map(([name, value]) => `label ${name}=${value}`),
  ...made.appEnv.map((each) => `app ${each}`),
]

describe('an injected pod beside that of Dapr’s injector', () => {
  test('differs where it is said, and nowhere else [dapr: pkg/injector/patcher/sidecar.go]', () => {
    const [theirs, mine] = [linesOf(DAPRD), linesOf(ours())]
    const found = [
      ...theirs.filter((line) => !mine.includes(line)).map((line) => `- ${line}`),
      ...mine.filter((line) => !theirs.includes(line)).map((line) => `+ ${line}`),
    ]
    assert.deepEqual(found.sort(), Object.keys(DIFFERENCES).sort())
  })
})
